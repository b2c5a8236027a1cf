import BranchyReport
import Testing

struct MarkupTests {
    @Test func escapesTextAndAttributes() {
        let markup = Markup(
            "p", ["title": "\"a\" & 'b'"], text: "<script>alert('1' & \"2\")</script>")
        #expect(
            markup.source == "<p title=\"&quot;a&quot; &amp; &#39;b&#39;\">&lt;script&gt;"
                + "alert(&#39;1&#39; &amp; &quot;2&quot;)&lt;/script&gt;</p>")
    }

    @Test func escapesWhatIsInterpolated() {
        let name = "<b>"
        let markup: Markup = "class \(name)"
        #expect(markup.source == "class &lt;b&gt;")
    }

    @Test func replacesWhatNoDocumentCanSay() {
        #expect(Markup(text: "a\0b\u{1B}[2Jc\td").source == "a\u{FFFD}b\u{FFFD}[2Jc\td")
    }

    @Test func closesElementsAsBrowsersExpect() {
        #expect(Markup("img", ["src": "data:,"]).source == "<img src=\"data:,\"/>")
        // A self-closed cell would be read as one that stays open.
        #expect(Markup("td", [:]).source == "<td></td>")
        #expect(
            Markup("rect", [:], [Markup("title", text: "1")]).source
                == "<rect>\n<title>1</title>\n</rect>")
    }
}
