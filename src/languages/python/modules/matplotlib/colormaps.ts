/**
 * matplotlib's colour maps by name: 17 colours of each, evenly spaced, with straight lines between them. They are within a
 * few thousandths of matplotlib's own 256 where the map is smooth. Maps of separate colours have these colours.
 */
import { raiseError } from "../../runtime/errors";

const smooth = `
viridis 44015448186a472d7b4240863b528b33638d2c728e26828e21918c1f9f8827ad813dbc745cc86381d34daadc32d5e21afde725
plasma 0d08873105974c02a16600a77e03a89511a1aa2395bc3587cc4778d9586ae56b5df07f4ff89441fdab33fdc328f9dd25f0f921
inferno 0000040b0724210c4a3d096557106e71196e8a226aa32c61bc3754d04545e35933f1711ff98c0afcaa0ff9c932f2e865fcffa4
magma 0000040a08221d114736106b51127c6a1c818326819c2e7fb73779cf4070e55064f4695cfb8761fea571fec287fde0a1fcfdbf
cividis 00224e002e6a1a386f32436d434e6c535a6d61656f6f70737d7c788b87789a9376aaa073bbad6dccba64ddc858efd748fee838
coolwarm 3b4cc04e68d86282ea779af78db0fea3c2feb9d0f9ccd9eddddcdcebd3c6f4c5adf7b194f49a7bec7f63de614dcb3e38b40426
RdGy 67001f960f26bb2a34d25749e58268f5ac8bfbceb6fee8dcffffffecececd6d6d6bfbfbfa0a0a08080805c5c5c3a3a3a1a1a1a
RdBu 67001f960f27bb2a34d25849e58368f5ac8bfbceb7fbe6daf6f7f7e0ecf3c2ddec9bc9e06bacd13f8ec02a71b2175290053061
RdYlBu a50026c41e27de402ef16640f98e52fdb567fed485feeca2feffc0ecf8e2d4edf4b2ddeb90c3dd6ea6ce5183bb3e5ea8313695
RdYlGn a50026c41e27de402ef16640f98e52fdb567fed481feec9ffeffbee8f59fcdea83addc6f87cb675db9612da155108647006837
BrBG 543005774508995d13b97b29cfa256e2c787f1dfb3f6edd7f4f5f5d9eeebb6e3dd8ad1c65bb3a82f91890e726a01564d003c30
PiYG 8e0152b1116dcb3289db6ca8e897c4f3bcddfad6eafbe9f2f7f7f6edf6dfdbf0bfbee4909ccf6479b73d5a9d293f811e276419
PRGn 40004b621a6e7f3c8d9568a6ae8bbdc7abd2dec9e2ede2eef6f7f6e5f3e1cdebc7addea781c58153a85c2b864211652d00441b
PuOr 7f3b08a04d07be630adb7d12ef9e3cfdbd6efed7a2fbe9cff6f6f7e4e5f0cfcfe5b7b1d59990bf7b6aa85f3a914518712d004b
Spectral 9e0142c1274add4a4cf06744f98e52fdb567fed481feec9fffffbef0f9a7d8ef9bb3e0a289d0a460bba83f97b74273b35e4fa2
seismic 00004c0000790000a60000d30101ff4141ff8181ffc1c1fffffdfdffc1c1ff8181ff4141ff0101e00000c00000a00000800000
bwr 0000ff2020ff4040ff6060ff8080ffa0a0ffc0c0ffe0e0fffffefeffe0e0ffc0c0ffa0a0ff8080ff6060ff4040ff2020ff0000
jet 0000800000c80000ff0040ff0080ff00c0ff16ffe149ffad7dff7aadff49e1ff16ffd300ff9800ff5d00ff2200c80000800000
turbo 30123b4040a2466be34294ff28bceb18ddc232f2986dfe62a4fc3ccbed34ecd13afdae35fb8122ec530fd23105ac17017a0403
rainbow 8000ff6032fe4062fa208ef400b5eb20d5e140ecd460fac580ffb49efaa2beec8eded579feb562ff8e4aff6232ff3219ff0000
gist_rainbow ff0029ff2d00ff8400ffda00cdff0077ff0020ff0000ff3600ff8c00ffdc00cbff0074ff001dff3a00ff9100ffe800ffff00bf
nipy_spectral 0000007b008c4300a20000d10078dd009ecf00aa98009d1d00bc0000e40058ff00e0f300ffcd00ff7500ee0000d00000cccccc
hot 0b00003500005f0000890000b30000dd0000ff0800ff3200ff5c00ff8300ffad00ffd700ffff03ffff42ffff81ffffc0ffffff
cool 00ffff10efff20dfff30cfff40bfff50afff609fff708fff807fff8f70ff9f60ffaf50ffbf40ffcf30ffdf20ffef10ffff00ff
spring ff00ffff10efff20dfff30cfff40bfff50afff609fff708fff807fff8f70ff9f60ffaf50ffbf40ffcf30ffdf20ffef10ffff00
summer 00806610886620906630986640a06650a86660b06670b86680c0668fc7669fcf66afd766bfdf66cfe766dfef66eff766ffff66
autumn ff0000ff1000ff2000ff3000ff4000ff5000ff6000ff7000ff8000ff8f00ff9f00ffaf00ffbf00ffcf00ffdf00ffef00ffff00
winter 0000ff0010f70020ef0030e70040df0050d70060cf0070c70080bf008fb8009fb000afa800bfa000cf9800df9000ef8800ff80
binary ffffffefefefdfdfdfcfcfcfbfbfbfafafaf9f9f9f8f8f8f7f7f7f707070606060505050404040303030202020101010000000
gray 0000001010102020203030304040405050506060607070708080808f8f8f9f9f9fafafafbfbfbfcfcfcfdfdfdfefefefffffff
bone 0000000e0e131c1c272a2a3a38384e464661545574626882707b907d8d9d8ba1ab99b4b9a7c7c7bdd5d5d3e3e3e9f1f1ffffff
copper 000000140c082819103b25184f3220633e28774b308a57389e6440b17047c47c4fd88957ec955fffa267ffae6fffbb77ffc77f
pink 1e0000553434744a4a8d5a5aa16868b47575c38280ca988ad0ac94d6bc9cddcca4e3dbace9e9b5eeeecaf4f4ddfafaefffffff
terrain 3333991e5ec40888ee00acc401cc6641d97381e680c1f38dfefe98e0d788c0ae77a08566805c549f847ebfada9dfd6d4ffffff
ocean 00800000681000502000383000204000085000106000287000408000578f006f9f0f87af3f9fbf6fb7cf9fcfdfcfe7efffffff
gist_earth 0000000b157515397820597b2b737e3485763b8e6243974f5ea04b7da85398af58b2b65dbcac62c7a676d9b59debd1cbfdfbfb
cubehelix 000000150b1d1b1e3b17374d16534c236a3e447731727b32a1794ac37a73d383a6d297d2c7b2edc1cff3cae7f0e2f6f0ffffff
hsv ff0000ff5f00ffbd00e2ff0084ff0025ff0000ff3900ff9700fff600afff0051ff0e00ff6c00ffcb00ffff00d5ff0076ff0018
twilight e2d9e2d6d7ddc2ced4aac2cc93b4c680a5c37196c16786be6275ba5f64b55e51ad5d3da1592a8f511b7745135c3811452f1436
Greys fffffff7f7f7f0f0f0e4e4e4d9d9d9cbcbcbbdbdbda9a9a99595958585857373736363635252523c3c3c252525131313000000
Blues f7fbffeaf3fbdeebf7d2e3f3c6dbefb2d2e89dcae184bcdb6aaed657a0ce4292c63282be2171b51561a908519c08418408306b
Greens f7fcf5eef8eae5f5e0d6efd0c7e9c0b4e1ada0d99b8ace8873c4765bb86a42ab5d329b51238b45127c39006d2c00592400441b
Oranges fff5ebfeeddcfee6cefddbb8fdd0a2fdbf86fdae6afd9d53fd8c3bf77b28f16913e5590ad94801c03f02a63603932f037f2704
Reds fff5f0feeae1fee0d2fdcdb9fcbba1fca689fc9272fb7d5dfb694af5533bef3c2cdd2a25cb181db81419a50f1586081167000d
Purples fcfbfdf5f4f9efedf5e4e3f0dadaebcbcbe3bcbddcadabd29e9ac88f8cc1807dba7567af6a51a35f3c9954278f4a14863f007d
YlOrRd ffffccfff6b6ffeda0fee38bfed976fec561feb24cfd9f44fd8c3cfd6e33fc4f2af03523e31a1cd00d21bd00269f0026800026
YlOrBr ffffe5fffbd0fff7bcfeeda6fee390fed36ffec34ffeae3bfe9829f5851fec7014dc5e0bcc4c02b34003993404802d05662506
YlGnBu ffffd9f6fbc5edf8b1daf0b3c6e9b4a2dbb87ecdbb5fc1c040b5c42fa4c21d91c01f78b4225ea823499e253494172976081d58
YlGn ffffe5fbfdcff7fcb9e8f6aed9f0a3c3e698acdd8e92d18377c6795db96b42ab5d32985023844312763d006837005730004529
GnBu f7fcf0ebf7e5e0f3dbd6efd0ccebc5bae4bda7ddb591d4bd7accc465c0cb4fb3d33da0c92b8cbe1a7ab50868ac085497084081
PuBu fff7fbf5eff6ece7f2dedcecd0d1e6bbc7e0a5bddb8cb3d573a9cf569dc83790c01e80b80570b005659f045a8d034973023858
BuPu f7fcfdebf4f8e0ecf4cfdfedbfd3e6aec7e09ebcda95a8d08c95c68c81bc8c6cb18a56a788419d85288d810f7c6708644d004b
OrRd fff7ecfeefdafee8c8fddeb3fdd49efdc791fdba83fca36efc8c59f67a51ef6548e34b34d7301fc51810b300009900007f0000
RdPu fff7f3feebe8fde0ddfcd2cefcc5c0fbb2bafa9eb5f883abf767a1ea4f9cdd3597c61b8bae017e94017b7a017762017149006a
PuRd f7f4f9efeaf4e7e1efddcde4d4b9dacea6d0c993c7d47cbbdf64afe3489ee72a8adb1e71ce1256b3094d98004380003167001f
`;

const separate = `
tab10 1f77b4ff7f0e2ca02cd627289467bd8c564be377c27f7f7fbcbd2217becf
tab20 1f77b4aec7e8ff7f0effbb782ca02c98df8ad62728ff98969467bdc5b0d58c564bc49c94e377c2f7b6d27f7f7fc7c7c7bcbd22dbdb8d17becf9edae5
Set1 e41a1c377eb84daf4a984ea3ff7f00ffff33a65628f781bf999999
Set2 66c2a5fc8d628da0cbe78ac3a6d854ffd92fe5c494b3b3b3
Set3 8dd3c7ffffb3bebadafb807280b1d3fdb462b3de69fccde5d9d9d9bc80bdccebc5ffed6f
Paired a6cee31f78b4b2df8a33a02cfb9a99e31a1cfdbf6fff7f00cab2d66a3d9affff99b15928
Dark2 1b9e77d95f027570b3e7298a66a61ee6ab02a6761d666666
Accent 7fc97fbeaed4fdc086ffff99386cb0f0027fbf5b17666666
Pastel1 fbb4aeb3cde3ccebc5decbe4fed9a6ffffcce5d8bdfddaecf2f2f2
`;

/** The same map under another name. */
const aliases: Record<string, string> = {
  grey: "gray",
  binary: "Greys",
  gist_gray: "gray",
  gist_heat: "hot",
  afmhot: "hot",
};

const read = (text: string): [string, string[]][] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.split(" ") as [string, string])
    .map(([name, digits]) => [name, Array.from(digits.match(/.{6}/g)!, (hex) => `#${hex}`)]);

const colorsOf = new Map([...read(smooth), ...read(separate)]);
const separateNames = new Set(read(separate).map(([name]) => name));

export const mapNames = [...colorsOf.keys()];

/** @throws ValueError where there is no such map */
export function mapNamed(name: string): string[] {
  const reversed = name.endsWith("_r");
  const plain = reversed ? name.slice(0, -2) : name;
  const colors = colorsOf.get(aliases[plain] ?? plain);
  if (!colors) raiseError("ValueError", `${JSON.stringify(name).replaceAll('"', "'")} is not a valid value for name.`);
  return reversed ? [...colors].reverse() : colors;
}

/** Whether a map's colours stand side by side, without any between them. */
export const isSeparate = (name: string): boolean => separateNames.has(name.replace(/_r$/, ""));

/** Red, green and blue from 0 to 1 at `share` of the way. */
export function colorAt(colors: readonly string[], share: number, discrete: boolean): [number, number, number] {
  const clamped = Math.min(Math.max(share, 0), 1);
  const at = discrete
    ? Math.min(Math.floor(clamped * colors.length), colors.length - 1)
    : clamped * (colors.length - 1);
  const left = Math.min(Math.floor(at), colors.length - 1);
  const right = Math.min(left + 1, colors.length - 1);
  const part = (color: string, channel: number) =>
    Number.parseInt(color.slice(1 + 2 * channel, 3 + 2 * channel), 16) / 255;
  return [0, 1, 2].map((channel) => {
    const from = part(colors[left], channel);
    return from + (part(colors[right], channel) - from) * (at - left);
  }) as [number, number, number];
}
