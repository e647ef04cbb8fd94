import Testing
import TestSupport

@testable import ETLCore

@Suite("Rows of a JSON batch")
struct JSONRowReaderTests {
    private func row(_ json: String) throws -> ReadRow {
        let reading = try Reading("[" + json + "]")
        #expect(reading.error == nil)
        #expect(reading.rows.count == 1)
        return try #require(reading.rows.first)
    }

    // MARK: Rows

    @Test("A row comes with its number, its place, its bytes and its fields")
    func plainRows() throws {
        let reading = try Reading(
            #" [ {"id": "A", "score": 0.50, "industry": "hair care"} ,"# + "\n"
                + #"{"industry":"cars","score":-1e2,"id":"B"}]"#)
        #expect(reading.error == nil)
        #expect(reading.rows.map(\.number) == [1, 2])
        #expect(reading.rows.map(\.byteOffset) == [3, 57])
        let first = try #require(reading.rows.first)
        #expect(first.isObject)
        #expect(first.json == Array(#"{"id": "A", "score": 0.50, "industry": "hair care"}"#.utf8))
        #expect(first.id == ReadField(.string, "A"))
        #expect(first.score == ReadField(.number, "0.50"))
        #expect(first.industry == ReadField(.string, "hair care"))
        #expect(reading.rows.map(\.scoreValue) == [0.5, -100])
        #expect(reading.rows.last?.id == ReadField(.string, "B"))
    }

    @Test("An empty array has no rows", arguments: ["[]", " [ \n] ", "\u{FEFF}[]"])
    func emptyArray(file: String) throws {
        let reading = try Reading(file)
        #expect(reading.rows.isEmpty && reading.error == nil)
    }

    @Test(
        "A row that is no object has no fields",
        arguments: ["5", #""x""#, "null", "true", "[1]", #"[{"id":"A"}]"#, "[[]]"])
    func otherRows(json: String) throws {
        let row = try row(" \(json)\t")
        #expect(!row.isObject)
        #expect(row.json == Array(json.utf8))
        #expect([row.id, row.score, row.industry] == Array(repeating: ReadField(.missing), count: 3))
        #expect(row.scoreBits == nil)
    }

    @Test("A byte order mark is skipped and counted")
    func byteOrderMark() throws {
        #expect(try Reading("\u{FEFF}[1]").rows.map(\.byteOffset) == [4])
        #expect(try Reading("\u{FEFF}1\n2", .jsonLines).rows.map(\.byteOffset) == [3, 5])
    }

    @Test("Lines are rows; blank ones, CRLF and a last line without an end are fine")
    func lines() throws {
        let reading = try Reading("{\"id\":\"A\"}\r\n\n \t\r\n [1] \n5", .jsonLines)
        #expect(reading.error == nil)
        #expect(reading.rows.map(\.number) == [1, 2, 3])
        #expect(reading.rows.map(\.byteOffset) == [0, 18, 23])
        #expect(reading.rows.map(\.json) == [#"{"id":"A"}"#, "[1]", "5"].map { Array($0.utf8) })
        let blank = try Reading(" \r\n\n", .jsonLines)
        #expect(blank.rows.isEmpty && blank.error == nil)
    }

    // MARK: Fields

    @Test(
        "Each field has a JSON type, and its text as it came",
        arguments: [
            (#""""#, ReadField(.string, "")), (#""x""#, ReadField(.string, "x")),
            ("null", ReadField(.null)), ("true", ReadField(.other, "true")),
            ("false", ReadField(.other, "false")), ("{ }", ReadField(.other, "{ }")),
            (#"[1, {"id":[]}]"#, ReadField(.other, #"[1, {"id":[]}]"#)),
            ("-0.0E+00", ReadField(.number, "-0.0E+00")),
        ])
    func types(json: String, field: ReadField) throws {
        for row in [
            try row(#"{"id":\#(json),"score":\#(json),"industry":\#(json)}"#),
            try row(#"{ "industry" : \#(json) , "score" : \#(json) , "id" : \#(json) }"#),
        ] {
            #expect([row.id, row.score, row.industry] == [field, field, field])
        }
        #expect(try row("{}").score == ReadField(.missing))
        #expect(try row(#"{"ids":\#(json),"Score":\#(json),"":\#(json)}"#).id == ReadField(.missing))
    }

    @Test("Of a key given twice the last counts, whatever came before")
    func repeatedKeys() throws {
        let row = try row(#"{"id":"A","score":1,"id":null,"score":"x","industry":[],"industry":"food"}"#)
        #expect(row.id == ReadField(.null))
        #expect(row.score == ReadField(.string, "x"))
        #expect(row.scoreBits == nil)
        #expect(row.industry == ReadField(.string, "food"))
    }

    @Test("Keys are compared after unescaping, and only those of the row itself")
    func keys() throws {
        let row = try row(
            #"{"\u0069d":"A","\u0069\u0064\u0000":"B","id\ud800":"C","x":{"id":"D"},"\u0053core":1}"#)
        #expect(row.id == ReadField(.string, "A"))
        #expect(row.score == ReadField(.missing))
    }

    @Test(
        "Strings come unescaped",
        arguments: [
            (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{C}\n\r\t"), (#"a\u00e9\u20AC"#, "a\u{E9}\u{20AC}"),
            (#"\ud83d\ude00!"#, "\u{1F600}!"), ("\u{E9}\u{20AC}\u{1F600}", "\u{E9}\u{20AC}\u{1F600}"),
            (#"\uFFFF\u007f"#, "\u{FFFF}\u{7F}"), (#"\\u0000"#, #"\u0000"#), (#"\\"#, #"\"#),
        ])
    func unescaping(escaped: String, text: String) throws {
        let row = try row(#"{"id":"\#(escaped)","extra":"\#(escaped)","industry":"\#(escaped)"}"#)
        #expect(row.id == ReadField(.string, text))
        #expect(row.industry == ReadField(.string, text))
    }

    @Test(
        "A string that PostgreSQL text cannot hold is a string without text, and its row goes on",
        arguments: [
            #"\u0000"#, #"a\u0000b"#, #"\ud800"#, #"\udc00x"#, #"\ud800\ud800"#, #"\ud800\u0041"#,
            #"\udc00\ud800"#, #"\ud83d\n"#, #"x\uDFFF"#,
        ])
    func textThatCannotBeHeld(escaped: String) throws {
        let row = try row(#"{"id":"\#(escaped)","other":"\#(escaped)","score":0.5,"industry":"a\tb"}"#)
        #expect(row.id == ReadField(.string))
        #expect(row.scoreValue == 0.5)
        #expect(row.industry == ReadField(.string, "a\tb"))
    }

    // MARK: Score values

    @Test(
        "A score's value is the nearest double, its text the original",
        arguments: [
            ("0", 0.0), ("-0", 0.0), ("-0.0", 0.0), ("-1e-400", 0.0), ("0e99999999999999999999", 0.0),
            ("0.1", 0.1), ("0.4710", 0.471), ("-10.5E+0", -10.5), ("1e0000000000000000000002", 100),
            ("4.9e-324", .leastNonzeroMagnitude), ("2.4703282292062327e-324", 0),
            ("2.4703282292062328e-324", 0x1p-1074),
            ("2.2250738585072011e-308", .leastNormalMagnitude.nextDown),
            ("1.7976931348623157e308", 1.7976931348623157e308),
            ("123456789012345678901234567890", 123_456_789_012_345_677_877_719_597_056),
            // simdjson 3.0's On-Demand reads this one as 1.2e-21.
            ("0.1234567890123456789012345678901234567890", 0.12345678901234568),
            ("9007199254740993", 9007199254740992), ("9007199254740993.00000000001", 9007199254740994),
        ])
    func scoreValues(text: String, value: Double) throws {
        let row = try row(#"{"score":\#(text)}"#)
        #expect(row.score == ReadField(.number, text))
        #expect(row.scoreBits == value.bitPattern)
    }

    @Test("A number beyond a double is valid and has no value")
    func hugeNumbers() throws {
        let digits = String(repeating: "9", count: 500)
        for text in ["1e400", "-1e400", "1e309", "1e99999999999999999999", "-" + digits, digits + ".5"] {
            let row = try row(#"{"score":\#(text)}"#)
            #expect(row.score == ReadField(.number, text))
            #expect(row.scoreBits == nil)
        }
    }

    @Test("Doubles read back bit for bit, whichever number of digits they were written with")
    func randomDoubles() throws {
        var random = SeededRandom(seed: 1)
        let values = (0..<3000).map { _ in
            let value = Double(bitPattern: random.next())
            return value.isFinite ? value : Double.random(in: -10...10, using: &random)
        }
        let file = "[" + values.map { #"{"score":\#($0)}"# }.joined(separator: ",") + "]"
        #expect(try Reading(file).rows.map(\.scoreValue) == values)
    }

    // MARK: Delivery

    struct Stop: Error, Equatable { let number: Int }

    @Test("An error of the row closure comes out unchanged, and every later call repeats it")
    func closureErrors() throws {
        let reader = JSONRowReader(format: .jsonArray)
        var seen: [Int] = []
        let row: (RawRow) throws -> Void = {
            seen.append($0.number)
            if $0.number == 2 { throw Stop(number: 2) }
        }
        let file = Array("[1,2,3]".utf8)
        file.withUnsafeBytes { bytes in
            #expect(throws: Stop(number: 2)) { try reader.feed(bytes, row) }
            #expect(throws: Stop(number: 2)) { try reader.feed(bytes, row) }
        }
        #expect(throws: Stop(number: 2)) { try reader.finish(row) }
        #expect(seen == [1, 2])
    }

    @Test("After the end nothing is read")
    func feedingAfterTheEnd() throws {
        let reader = JSONRowReader(format: .jsonLines)
        try Array("1\n".utf8).withUnsafeBytes { bytes in
            try reader.feed(bytes) { _ in }
            try reader.finish { _ in }
            try reader.finish { _ in }
            #expect(throws: JSONRowReaderDefect.self) { try reader.feed(bytes) { _ in } }
        }
    }
}
