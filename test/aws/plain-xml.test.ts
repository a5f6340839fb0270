import { XmlShapeDeserializer } from '@aws-sdk/core/protocols';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AwsAccount } from '../../src/aws/aws-account.ts';
import { readPlainXml } from '../../src/aws/plain-xml.ts';
import { PlainXmlQuery } from '../../src/aws/plain-xml-query.ts';

/** How the SDK itself takes an answer apart. */
class SdkXml extends XmlShapeDeserializer {
  constructor() {
    super({
      xmlNamespace: '',
      serviceNamespace: '',
      httpBindings: false,
      timestampFormat: { useTrait: true, default: 5 },
    });
  }

  take(xml: string): unknown {
    const { xmlns: _, ...value } = this.parseXml(xml);
    return value;
  }
}
const sdk = new SdkXml();

const XMLNS = 'xmlns="https://iam.amazonaws.com/doc/2010-05-08/"';
const answer = (content: string): string => `<R ${XMLNS}>${content}</R>`;

describe('an answer is taken apart as the SDK does', () => {
  test.each<[string, string]>([
    ['a text', answer('<A>text</A>')],
    ['a declaration before the root', `<?xml version="1.0" encoding="UTF-8"?>\n${answer('<A>1</A>')}`],
    ['no namespace', '<R><A>1</A></R>'],
    ['white space behind the root', `${answer('<A>1</A>')}\n`],
    ['an empty element', answer('<A></A>')],
    ['an empty element in one tag', answer('<A/>')],
    ['a list of one', answer('<L><member>1</member></L>')],
    ['a list', answer('<L><member>1</member><member/><member>3</member></L>')],
    ['a list of structures', answer('<L><member><A>1</A></member><member><A>2</A><B>3</B></member></L>')],
    ['elements of one name with others between', answer('<A>1</A><B>2</B><A>3</A>')],
    ['lines between elements', answer('\n  <L>\n    <member>1</member>\n  </L>\n')],
    ['a text of spaces', answer('<A>  </A>')],
    ['a text of line breaks', answer('<A>\n \n</A>')],
    ['a text in several lines', answer('<A> 1\n2 </A>')],
    ['signs that are written by name', answer('<A>&lt;&gt;&amp;&quot;&apos;</A>')],
    ['what is written by name and stands for a name', answer('<A>&amp;lt;</A>')],
    ['signs that are written by number', answer('<A>1&#10;2&#233;&#65535;</A>')],
    ['letters of every alphabet', answer('<A>Zoë 名 😀</A>')],
    ['an element in one of its own name', answer('<A><A>1</A></A>')],
  ])('%s', (_name, xml) => {
    expect(readPlainXml(xml)).toEqual(sdk.take(xml));
  });

  test('anything that elements and texts can be', () => {
    const name = fc.constantFrom('A', 'B', 'member', 'Arn', 'Name2');
    const text = fc
      .array(fc.constantFrom('a', ' ', '\n', '&lt;', '&amp;', '&#10;', '%7B', 'é', '😀', '>', '"', '/'))
      .map((parts) => parts.join(''));
    const space = fc.constantFrom('', '\n', '\n  ');
    const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
      element: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.tuple(name, text).map(([one, content]) => `<${one}>${content}</${one}>`),
        name.map((one) => `<${one}/>`),
        fc.tuple(name, tie('content')).map(([one, content]) => `<${one}>${content}</${one}>`),
      ),
      content: fc
        .array(fc.tuple(tie('element'), space), { minLength: 1, maxLength: 4 })
        .map((parts) => parts.map(([one, between]) => one + between).join('')),
    }));
    fc.assert(
      fc.property(element, (one) => {
        expect(readPlainXml(answer(one))).toEqual(sdk.take(answer(one)));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what is not written like that is left to the SDK', () => {
  test.each<[string, string]>([
    ['nothing', ''],
    ['no XML', 'Bad Gateway'],
    ['a page of a proxy', '<!DOCTYPE html><html><body>Bad Gateway</body></html>'],
    ['no element in the root', answer('text')],
    ['an empty root', '<R/>'],
    ['an attribute of the root', '<R a="1"><A>1</A></R>'],
    ['an attribute', answer('<A b="1">1</A>')],
    ['a space in a tag', answer('<A >1</A>')],
    ['a space in a closing tag', answer('<A>1</A >')],
    ['a comment', answer('<!-- 1 --><A>1</A>')],
    ['a comment in a text', answer('<A>1<!-- 2 --></A>')],
    ['CDATA', answer('<A><![CDATA[1]]></A>')],
    ['an instruction', answer('<?a?><A>1</A>')],
    ['a name with a prefix', answer('<a:A>1</a:A>')],
    ['a name that makes prototypes', answer('<__proto__>1</__proto__>')],
    ['text between elements', answer('<A>1</A>text<B>2</B>')],
    ['spaces between elements', answer('<A>1</A> <B>2</B>')],
    ['text before an element', answer('<L>text<A>1</A></L>')],
    ['text behind an element', answer('<L><A>1</A>text</L>')],
    ['a sign by a number in hex', answer('<A>&#x41;</A>')],
    ['a sign by a number that is none of 16 bits', answer('<A>&#65536;</A>')],
    ['a name that stands for no sign', answer('<A>&nbsp;</A>')],
    ['an ampersand', answer('<A>a & b</A>')],
    ['a second root', `${answer('<A>1</A>')}<R></R>`],
    ['text behind the root', `${answer('<A>1</A>')}text`],
    ['an element that is not closed', answer('<A>1')],
    ['an element that is closed by another name', answer('<A>1</B>')],
    ['an element that is closed by the beginning of its name', answer('<Ab>1</A>')],
    ['a tag without an end', `<R ${XMLNS}><A>1</A`],
    ['a text without an end', `<R ${XMLNS}><A>1`],
    ['elements in one another without an end', `<R ${XMLNS}>${'<A>'.repeat(100)}`],
  ])('%s', (_name, xml) => {
    expect(readPlainXml(xml)).toBeUndefined();
  });

  test('an answer that was cut, wherever it was', () => {
    const xml = answer('<L>\n<member><A>1&amp;2</A><B/></member>\n</L><C></C>');
    for (let length = 0; length < xml.length; length++) expect(readPlainXml(xml.slice(0, length))).toBeUndefined();
  });
});

test('the answers of IAM are taken apart so', async () => {
  const client = await new AwsAccount({}, new AbortController().signal).iamClient();
  expect(client.config.protocol).toBeInstanceOf(PlainXmlQuery);
});
