/** In which module of Keras 3.15 a class stands, as `print(type(layer))` says it. */

const words = (text: string): string[] => text.split(" ");

/** Files with one class each, named after it, by the package that they are in. */
const PACKAGES: { readonly [of: string]: { readonly [name: string]: string[] } } = {
  layers: {
    activations: words("Activation ELU LeakyReLU PReLU ReLU Softmax"),
    attention: words("AdditiveAttention Attention MultiHeadAttention"),
    convolutional: words(
      "Conv1D Conv1DTranspose Conv2D Conv2DTranspose Conv3D DepthwiseConv1D DepthwiseConv2D SeparableConv1D SeparableConv2D",
    ),
    core: words("Dense EinsumDense Embedding Identity InputLayer Masking Wrapper"),
    merging: words("Add Average Concatenate Dot Maximum Minimum Multiply Subtract"),
    normalization: words(
      "BatchNormalization GroupNormalization LayerNormalization RMSNormalization SpectralNormalization UnitNormalization",
    ),
    pooling: words(
      "AveragePooling1D AveragePooling2D AveragePooling3D GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D MaxPooling1D MaxPooling2D MaxPooling3D",
    ),
    preprocessing: words("CategoryEncoding Discretization Normalization Rescaling StringLookup TextVectorization"),
    regularization: words("ActivityRegularization AlphaDropout Dropout GaussianDropout GaussianNoise"),
    reshaping: words(
      "Cropping1D Cropping2D Flatten Permute RepeatVector Reshape UpSampling1D UpSampling2D ZeroPadding1D ZeroPadding2D",
    ),
    rnn: words("Bidirectional GRU LSTM RNN SimpleRNN StackedRNNCells TimeDistributed"),
  },
  callbacks: {
    "": words(
      "Callback CSVLogger EarlyStopping History LambdaCallback LearningRateScheduler ModelCheckpoint ProgbarLogger TerminateOnNaN",
    ),
  },
  models: { "": words("Functional Model Sequential") },
  initializers: { "": words("Initializer") },
  losses: { "": words("Loss") },
  metrics: { "": words("Metric") },
};

/** The other ones. */
const FILES: { readonly [of: string]: { readonly [file: string]: string[] } } = {
  layers: {
    layer: words("Layer"),
    "core.lambda_layer": words("Lambda"),
    "preprocessing.image_preprocessing.resizing": words("Resizing"),
    "regularization.spatial_dropout": words("SpatialDropout1D SpatialDropout2D SpatialDropout3D"),
    "rnn.gru": words("GRUCell"),
    "rnn.lstm": words("LSTMCell"),
    "rnn.simple_rnn": words("SimpleRNNCell"),
  },
  callbacks: { reduce_lr_on_plateau: words("ReduceLROnPlateau"), tensorboard: words("TensorBoard") },
  initializers: { constant_initializers: words("Constant Identity Ones Zeros") },
  metrics: {
    confusion_metrics: words(
      "AUC FalseNegatives FalsePositives Precision Recall TrueNegatives TruePositives PrecisionAtRecall RecallAtPrecision",
    ),
    accuracy_metrics: words(
      "Accuracy BinaryAccuracy CategoricalAccuracy SparseCategoricalAccuracy SparseTopKCategoricalAccuracy TopKCategoricalAccuracy",
    ),
    probabilistic_metrics: words(
      "BinaryCrossentropy CategoricalCrossentropy KLDivergence Poisson SparseCategoricalCrossentropy",
    ),
    iou_metrics: words("BinaryIoU IoU MeanIoU OneHotIoU OneHotMeanIoU"),
    hinge_metrics: words("CategoricalHinge Hinge SquaredHinge"),
    f_score_metrics: words("F1Score FBetaScore"),
    reduction_metrics: words("Mean MeanMetricWrapper Sum"),
  },
};

/** Where the classes of a module are that stand together. */
const REST: { readonly [of: string]: string } = {
  losses: "losses.losses",
  metrics: "metrics.regression_metrics",
  initializers: "initializers.random_initializers",
  regularizers: "regularizers.regularizers",
  constraints: "constraints.constraints",
  "optimizers.schedules": "optimizers.schedules.learning_rate_schedule",
};

/** As Keras names the file of a class: batch_normalization, conv2d_transpose, csv_logger. */
const snake = (name: string): string =>
  name
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/_(\dd)/, "$1")
    .replace("terminate_on_na_n", "terminate_on_nan")
    .replace(/re_lu$/, "relu")
    .replace("p_relu", "prelu");

/** For the classes of `keras.NAME`: where each stands; undefined for those that only we have. */
export function placeOf(name: string): (className: string) => string | undefined {
  const of = new Map<string, string>();
  for (const [part, classes] of Object.entries(PACKAGES[name] ?? {}))
    for (const one of classes) of.set(one, [name, part, snake(one)].filter(Boolean).join("."));
  for (const [file, classes] of Object.entries(FILES[name] ?? {}))
    for (const one of classes) of.set(one, `${name}.${file}`);
  return (className) => {
    const place = of.get(className) ?? REST[name];
    return place === undefined ? undefined : `keras.src.${place}`;
  };
}
