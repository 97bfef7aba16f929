/** A module written in Python, as its text. */
declare module "*.py" {
  const text: string;
  export default text;
}
