@testable import ETLCore
import Testing

/// Somebody else's SQL in one line, without the values in it.
@Suite struct QueryExcerptTests {
    @Test(arguments: [
        ("select 1", "select …"),
        ("lock table scores\n\tin  share mode;", "lock table scores in share mode;"),
        ("update scores set score = 0.71 where id = 'ABC'", "update scores set score = … where id = '…'"),
        ("select 'it''s', \"It's\" from t2", "select '…', \"It's\" from t2"),
        ("select E'a\\'SECRET', e'b' , line'c'", "select E'…', e'…' , line'…'"),
        ("select 'a\\', 'SECRET'", "select '…'"),
        ("select 'cut SECRET", "select '…'"),
        ("select $$it's SECRET$$, $tag$ $$ SECRET $tag$, $1, a$b$c", "select '…', '…', $1, a$b$c"),
        ("select $tag$ cut SECRET", "select '…'"),
        ("select 1 -- don't\n, 'SECRET'", "select … , '…'"),
        ("/* don't /* nest' */ ' */ select 'SECRET'", "select '…'"),
        ("select -.5, 1e-3, 0xSECRET, t1.c2, 1.SECRET", "select -…, …, …, t1.c2, …"),
        ("select \u{1B}[31m x\u{7}", "select [… x"),
        ("", ""),
    ])
    func valuesAreLeftOut(query: String, line: String) {
        #expect(QueryExcerpt(query).text == line)
    }

    @Test func aLongTextIsShortened() {
        let line = QueryExcerpt(String(repeating: "select a, ", count: 50)).text
        #expect(line.count == 120 && line.hasSuffix("…"))
    }

    @Test func noTextGivesAwayAWordOfALiteral() {
        var random = SeededWords()
        for _ in 0..<20_000 {
            let text = (0..<12).map { _ in random.next() }.joined()
            // Whatever surrounds it, a literal that stands first is blank.
            let line = QueryExcerpt("'SECRET'\(text)").text
            #expect(!line.contains("SECRET"), "\(text)")
        }
    }

    /// Pieces of SQL that begin and end literals, at random but the same in every run.
    private struct SeededWords {
        private var state: UInt64 = 7
        private let pieces = ["'", "\\", "\"", "$$", "$a$", "--", "\n", "/*", "*/", "e", "1", ".", " ", "$", "é"]

        mutating func next() -> String {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return pieces[Int(state >> 33) % pieces.count]
        }
    }
}
