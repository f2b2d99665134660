// Finds texts of a source file that stand outside the catalogue: JSX text, and strings in JSX text or in an
// attribute that people read or hear. What tables and functions hand to JSX is found by the page under the pseudo-language.
import ts from 'typescript';

/** Attributes, of elements and of our components, whose strings are read or heard. */
const TEXT_ATTRIBUTES = new Set([
  'title', 'label', 'aria-label', 'aria-description', 'aria-roledescription', 'aria-valuetext', 'placeholder', 'alt',
  'caption', 'empty', 'hint', 'head', 'lead', 'why', 'action', 'problem', 'note', 'text', 'sub', 'how', 'button', 'heading', 'means',
]);

/** Not language: units, names, signs of the protocol, examples of ids. */
const EXCEPTIONS = new Set(['nRLC', 'RLC', 'nRLC/WORK', 'Bourse', '0x…', 'TEE', 'GPU', 'CSV', 'JSON', 'WebSocket', 's', 'ms', 'v', 'Cat', 'chars']);

/** Elements whose content is code. */
const CODE = new Set(['code', 'pre', 'kbd', 'script', 'style']);

const isText = (text: string): boolean => /\p{L}{2,}/u.test(text) && !EXCEPTIONS.has(text.trim()) && !/^[\d\s/:.·]*(nRLC|RLC)?$/.test(text.trim());

/** Strings that an expression can come to: both sides of a choice, not what is compared. */
function stringsOf(node: ts.Expression): ts.Node[] {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)) return [node];
  if (ts.isParenthesizedExpression(node)) return stringsOf(node.expression);
  if (ts.isConditionalExpression(node)) return [...stringsOf(node.whenTrue), ...stringsOf(node.whenFalse)];
  if (ts.isBinaryExpression(node)) {
    const either = [ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.PlusToken].includes(node.operatorToken.kind);
    if (either) return [...stringsOf(node.left), ...stringsOf(node.right)];
    return node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken ? stringsOf(node.right) : [];
  }
  return [];
}

const wordsOf = (node: ts.Node): string =>
  ts.isTemplateExpression(node) ? [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(' ').trim() : (node as ts.LiteralLikeNode).text;

const tagOf = (node: ts.Node): string => (ts.isJsxElement(node) ? node.openingElement.tagName.getText() : '');

export function textsOutside(name: string, source: string): string[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const report = (node: ts.Node, text: string): void => {
    if (isText(text)) found.push(`${name}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1} ${text.trim().replace(/\s+/g, ' ')}`);
  };
  const visit = (node: ts.Node): void => {
    if (tagOf(node) === 'Trans') {
      // Its own content is the message; attributes and expressions inside are looked at as everywhere.
      const inner = (part: ts.Node): void => (ts.isJsxAttribute(part) || ts.isJsxExpression(part) ? visit(part) : ts.forEachChild(part, inner));
      ts.forEachChild(node, inner);
      return;
    }
    if (CODE.has(tagOf(node))) return;
    if (ts.isJsxText(node)) report(node, node.text);
    else if (ts.isJsxAttribute(node)) {
      if (TEXT_ATTRIBUTES.has(node.name.getText()) && node.initializer) {
        const strings = ts.isJsxExpression(node.initializer) ? (node.initializer.expression ? stringsOf(node.initializer.expression) : []) : [node.initializer];
        for (const each of strings) report(each, wordsOf(each));
      }
    } else if (ts.isJsxExpression(node) && node.expression && !ts.isJsxAttribute(node.parent)) for (const each of stringsOf(node.expression)) report(each, wordsOf(each));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
