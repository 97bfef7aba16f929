"""tf.image: what is made of other operations. Images are [height, width, channels], or a batch of them."""
import tensorflow as tf


class ResizeMethod:
    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


def _axes(images):
    """The axes of height and width."""
    rank = len(images.shape)
    return rank - 3, rank - 2


def _batched(images):
    images = tf.convert_to_tensor(images)
    return (tf.expand_dims(images, 0), True) if len(images.shape) == 3 else (images, False)


def flip_left_right(image):
    image = tf.convert_to_tensor(image)
    return tf.reverse(image, [_axes(image)[1]])


def flip_up_down(image):
    image = tf.convert_to_tensor(image)
    return tf.reverse(image, [_axes(image)[0]])


def transpose(image, name=None):
    image = tf.convert_to_tensor(image)
    return tf.transpose(image, [1, 0, 2] if len(image.shape) == 3 else [0, 2, 1, 3])


def rot90(image, k=1, name=None):
    for _ in range(int(k) % 4):
        image = flip_up_down(transpose(image))
    return tf.convert_to_tensor(image)


def convert_image_dtype(image, dtype, saturate=False, name=None):
    image, dtype = tf.convert_to_tensor(image), tf.as_dtype(dtype)
    if image.dtype == dtype:
        return image
    if dtype.is_floating:
        if image.dtype.is_floating:
            return tf.cast(image, dtype)
        return tf.cast(image, dtype) * (1.0 / int(image.dtype.max))
    if image.dtype.is_floating:
        return tf.cast(image * (int(dtype.max) + 0.5), dtype)
    return tf.cast(image, dtype)


def adjust_brightness(image, delta):
    return tf.convert_to_tensor(image) + delta


def adjust_contrast(images, contrast_factor):
    images = tf.convert_to_tensor(images)
    mean = tf.reduce_mean(images, axis=_axes(images), keepdims=True)
    # TensorFlow has no gradient for this operation.
    return _no_gradient("AdjustContrastv2", (images - mean) * contrast_factor + mean)


def _no_gradient(op, value):
    @tf.custom_gradient
    def through(x):
        def backward(upstream):
            raise LookupError(f"gradient registry has no entry for: {op}")

        return x, backward

    return through(value)


def adjust_gamma(image, gamma=1, gain=1):
    return gain * tf.convert_to_tensor(image) ** gamma


def grayscale_to_rgb(images, name=None):
    return tf.repeat(images, 3, axis=-1)


def rgb_to_grayscale(images, name=None):
    return tf.tensordot(tf.convert_to_tensor(images), tf.constant([0.2989, 0.587, 0.114]), [[-1], [-1]])[..., tf.newaxis]


def per_image_standardization(image):
    image = tf.cast(image, "float32")
    axes = list(range(len(image.shape) - 3, len(image.shape)))
    count = 1
    for axis in axes:
        count *= image.shape[axis]
    mean = tf.reduce_mean(image, axis=axes, keepdims=True)
    deviation = tf.math.reduce_std(image, axis=axes, keepdims=True)
    return (image - mean) / tf.maximum(deviation, count**-0.5)


def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    return tf.convert_to_tensor(image)[..., offset_height : offset_height + target_height, offset_width : offset_width + target_width, :]


def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    image = tf.convert_to_tensor(image)
    down, across = _axes(image)
    below = target_height - offset_height - image.shape[down]
    right = target_width - offset_width - image.shape[across]
    return tf.pad(image, [[0, 0]] * down + [[offset_height, below], [offset_width, right], [0, 0]])


def resize_with_crop_or_pad(image, target_height, target_width):
    image = tf.convert_to_tensor(image)
    down, across = _axes(image)
    height, width = image.shape[down], image.shape[across]
    image = crop_to_bounding_box(image, max((height - target_height) // 2, 0), max((width - target_width) // 2, 0), min(height, target_height), min(width, target_width))
    return pad_to_bounding_box(image, max((target_height - height) // 2, 0), max((target_width - width) // 2, 0), target_height, target_width)


def central_crop(image, central_fraction):
    image = tf.convert_to_tensor(image)
    down, across = _axes(image)
    lengths = [image.shape[down], image.shape[across]]
    starts = [int((length - length * central_fraction) / 2) for length in lengths]
    return crop_to_bounding_box(image, *starts, *[length - 2 * start for length, start in zip(lengths, starts)])


def _matrix(length, wanted, method):
    """What each new row takes of the old ones: half-pixel centres."""
    rows = []
    for k in range(wanted):
        at = (k + 0.5) * length / wanted
        row = [0.0] * length
        if method == "nearest":
            row[min(int(at), length - 1)] = 1.0
        else:
            at -= 0.5
            low = int(at // 1)
            share = at - low
            row[min(max(low, 0), length - 1)] += 1.0 - share
            row[min(max(low + 1, 0), length - 1)] += share
        rows.append(row)
    return tf.constant(rows)


def resize(images, size, method="bilinear", preserve_aspect_ratio=False, antialias=False, name=None):
    if method not in ("bilinear", "nearest") or antialias or preserve_aspect_ratio:
        raise NotImplementedError(f"tf.image.resize with method='{method}' or these options is not supported")
    images, single = _batched(images)
    height, width = int(size[0]), int(size[1])
    kept = images.dtype
    values = tf.cast(images, "float32")
    down, across = _matrix(images.shape[1], height, method), _matrix(images.shape[2], width, method)
    out = tf.einsum("ih,jw,bhwc->bijc", down, across, values)
    if method == "nearest":
        out = tf.cast(out, kept)
    return out[0] if single else out


def image_gradients(image):
    image = tf.convert_to_tensor(image)
    dy = tf.pad(image[:, 1:] - image[:, :-1], [[0, 0], [0, 1], [0, 0], [0, 0]])
    dx = tf.pad(image[:, :, 1:] - image[:, :, :-1], [[0, 0], [0, 0], [0, 1], [0, 0]])
    return dy, dx


def sobel_edges(image):
    image = tf.convert_to_tensor(image)
    depth = image.shape[3]
    kernels = tf.constant([[[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]], [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]])
    filters = tf.tile(tf.transpose(kernels, [1, 2, 0])[:, :, tf.newaxis, :], [1, 1, depth, 1])
    padded = tf.pad(image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    out = tf.nn.depthwise_conv2d(padded, filters, [1, 1, 1, 1], "VALID")
    return tf.reshape(out, list(image.shape) + [2])


def total_variation(images, name=None):
    images = tf.convert_to_tensor(images)
    down, across = _axes(images)
    if len(images.shape) == 3:
        first, second = images[1:] - images[:-1], images[:, 1:] - images[:, :-1]
        return tf.reduce_sum(tf.abs(first)) + tf.reduce_sum(tf.abs(second))
    first, second = images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]
    return tf.reduce_sum(tf.abs(first), axis=[1, 2, 3]) + tf.reduce_sum(tf.abs(second), axis=[1, 2, 3])


def psnr(a, b, max_val, name=None):
    error = tf.reduce_mean(tf.math.squared_difference(tf.cast(a, "float32"), tf.cast(b, "float32")), axis=[-3, -2, -1])
    top = tf.cast(max_val, "float32")
    return 20 * tf.math.log(top) / tf.math.log(10.0) - tf.cast(10 / tf.math.log(10.0), "float32") * tf.math.log(error)


def ssim(img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, return_index_map=False):
    x, y = tf.cast(img1, "float32"), tf.cast(img2, "float32")
    (x, single), (y, _) = _batched(x), _batched(y)
    places = tf.range(filter_size, dtype="float32") - (filter_size - 1) / 2
    weights = -0.5 * tf.square(places) / filter_sigma**2
    kernel = tf.nn.softmax(tf.reshape(tf.reshape(weights, [1, -1]) + tf.reshape(weights, [-1, 1]), [1, -1]))
    kernel = tf.tile(tf.reshape(kernel, [filter_size, filter_size, 1, 1]), [1, 1, x.shape[-1], 1])

    def blur(z):
        return tf.nn.depthwise_conv2d(z, kernel, [1, 1, 1, 1], "VALID")

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mx, my = blur(x), blur(y)
    luminance = (2 * mx * my + c1) / (tf.square(mx) + tf.square(my) + c1)
    contrast = (2 * blur(x * y) - 2 * mx * my + c2) / (blur(tf.square(x) + tf.square(y)) - tf.square(mx) - tf.square(my) + c2)
    index = luminance * contrast
    if not return_index_map:
        index = tf.reduce_mean(tf.reduce_mean(index, axis=[-3, -2]), axis=-1)
    return index[0] if single else index
