/** The page about the findings is bundled as a text. */
declare module "*.md" {
  const text: string;
  export default text;
}
