declare module "@mixmark-io/domino" {
  const domino: { createDocument(html?: string): unknown }
  export default domino
}
