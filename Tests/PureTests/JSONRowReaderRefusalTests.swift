import Testing

@testable import ETLCore

@Suite("Malformed JSON batches")
struct JSONRowReaderRefusalTests {
    /// A file, and the error it must give.
    struct Case: Sendable, CustomTestStringConvertible {
        let file: [UInt8]
        let code: MalformedBatch.Code
        let offset: Int
        let row: Int?

        init(_ file: String, _ code: MalformedBatch.Code, at offset: Int, row: Int? = nil) {
            self.init(bytes: Array(file.utf8), code, at: offset, row: row)
        }

        init(bytes: [UInt8], _ code: MalformedBatch.Code, at offset: Int, row: Int? = nil) {
            file = bytes
            self.code = code
            self.offset = offset
            self.row = row
        }

        var testDescription: String { String(decoding: file, as: UTF8.self).debugDescription }
    }

    private func expect(_ expected: Case, _ format: BatchFormat = .jsonArray) throws {
        let error = try #require(try Reading(expected.file, format).error)
        #expect(error.code == expected.code, "\(error)")
        #expect(error.byteOffset == expected.offset, "\(error)")
        #expect(error.rowNumber == expected.row, "\(error)")
        #expect(!error.reason.isEmpty)
    }

    @Test(
        "The file must be one array, in UTF-8, with nothing after it",
        arguments: [
            Case("", .empty, at: 0), Case("\u{FEFF}", .empty, at: 3), Case(" \n ", .empty, at: 3),
            Case(#" {"a":1}"#, .notAnArray, at: 1), Case("5", .notAnArray, at: 0),
            Case("\u{FEFF}\u{FEFF}[]", .notAnArray, at: 3), Case(",[]", .notAnArray, at: 0),
            Case("[1][2]", .trailingContent, at: 3), Case("[] ]", .trailingContent, at: 3),
            Case("[],", .trailingContent, at: 2), Case("[]\0", .trailingContent, at: 2),
            Case(bytes: [0xFF, 0xFE, 0x5B, 0], .unsupportedEncoding, at: 0),
            Case(bytes: [0xFE, 0xFF], .unsupportedEncoding, at: 0),
            Case(bytes: [0, 0, 0xFE, 0xFF, 0, 0, 0, 0x5B], .unsupportedEncoding, at: 0),
            Case(bytes: [0xEF, 0xBB], .notAnArray, at: 0),
        ])
    func envelope(expected: Case) throws {
        try expect(expected)
    }

    @Test(
        "Between two rows stands one comma",
        arguments: [
            Case("[,1]", .missingValue, at: 1, row: 1), Case("[1,]", .missingValue, at: 3, row: 2),
            Case("[1, ,2]", .missingValue, at: 4, row: 2), Case("[,]", .missingValue, at: 1, row: 1),
            Case("[1 2]", .syntax, at: 3, row: 1), Case("[{}{}]", .syntax, at: 3, row: 1),
            Case(#"["a" "b"]"#, .syntax, at: 5, row: 1), Case("[1:2]", .syntax, at: 2, row: 1),
        ])
    func commas(expected: Case) throws {
        try expect(expected)
    }

    @Test(
        "Brackets match, also in what is skipped",
        arguments: [
            Case(#"[{"id":[1}},{"id":2}]"#, .syntax, at: 9, row: 1), Case("[1}]", .syntax, at: 2, row: 1),
            Case(#"[{"x":[1,{]}]}]"#, .syntax, at: 10, row: 1),
            Case(#"[{"x":[1,]}]"#, .syntax, at: 9, row: 1),
            Case(#"[{"x":{"y":}}]"#, .syntax, at: 11, row: 1),
            Case(#"[{"x":{"y"}}]"#, .syntax, at: 10, row: 1),
            Case(#"[{"a":1,}]"#, .syntax, at: 8, row: 1), Case(#"[{,"a":1}]"#, .syntax, at: 2, row: 1),
            Case(#"[{"a" 1}]"#, .syntax, at: 6, row: 1), Case(#"[{"a":1 "b":2}]"#, .syntax, at: 8, row: 1),
            Case("[{1:2}]", .syntax, at: 2, row: 1), Case("[{a:2}]", .syntax, at: 2, row: 1),
            // On-Demand takes a value with a colon after it for a key when it skips.
            Case(#"[{"a":"b":1}]"#, .syntax, at: 9, row: 1), Case(#"[{"a":1:1}]"#, .syntax, at: 7, row: 1),
            Case("[{}}]", .syntax, at: 3, row: 1), Case(#"[{"a":1]]"#, .syntax, at: 7, row: 1),
        ])
    func brackets(expected: Case) throws {
        try expect(expected)
    }

    @Test(
        "A file that is cut off is refused, with what is wrong before its end if anything is",
        arguments: [
            Case("[", .incomplete, at: 1), Case("[1", .incomplete, at: 2, row: 1),
            Case("[1,", .incomplete, at: 3), Case(#"[{"id":"A"#, .incomplete, at: 9, row: 1),
            Case(#"[{"id":"A"},{"score":0."#, .incomplete, at: 23, row: 2),
            Case(#"[{"id":"\u00"#, .incomplete, at: 12, row: 1), Case("[tru", .incomplete, at: 4, row: 1),
            Case("[{\"id\":\"A\n\"},", .controlCharacter, at: 9, row: 1),
            Case(#"[{"id":A"},{"id":"B"}]"#, .syntax, at: 7, row: 1),
        ])
    func truncation(expected: Case) throws {
        try expect(expected)
    }

    @Test(
        "Numbers and words follow the grammar",
        arguments: [
            "01", "-01", "+1", ".5", "1.", "-", "1.e5", "1e", "1e+", "0x10", "1_000", "NaN", "Infinity",
            "-Infinity", "--1", "1.2.3", "1e5.5", "True", "nul", "nulll", "truefalse", "'a'", "1\"a\"", "\\1",
        ])
    func scalars(text: String) throws {
        for json in [text, #"{"score":\#(text)}"#, #"{"extra":\#(text),"score":1}"#, #"{"x":[\#(text)]}"#] {
            let error = try #require(try Reading("[0,\(json),0]").error, "\(json)")
            #expect([.invalidNumber, .syntax, .incomplete].contains(error.code))
            #expect(error.rowNumber == 2)
        }
    }

    @Test(
        "Strings hold valid escapes, valid UTF-8 and no raw control character",
        arguments: [
            Case(#"\q"#, .invalidEscape, at: 1), Case(#"a\u12G4"#, .invalidEscape, at: 5),
            Case(#"\ud800\u12"#, .invalidEscape, at: 10), Case(#"\x41"#, .invalidEscape, at: 1),
            Case(#"\U0041"#, .invalidEscape, at: 1), Case("\u{1}", .controlCharacter, at: 0),
            Case("a\tb", .controlCharacter, at: 1), Case("\0", .controlCharacter, at: 0),
            Case(bytes: [0x80], .invalidUTF8, at: 0), Case(bytes: [0xC3, 0x28], .invalidUTF8, at: 1),
            Case(bytes: [0x61, 0xC0, 0x80], .invalidUTF8, at: 1), Case(bytes: [0xFF], .invalidUTF8, at: 0),
            Case(bytes: [0xE0, 0x9F, 0xBF], .invalidUTF8, at: 1),
            Case(bytes: [0xED, 0xA0, 0x80], .invalidUTF8, at: 1),
            Case(bytes: [0xF0, 0x8F, 0xBF, 0xBF], .invalidUTF8, at: 1),
            Case(bytes: [0xF4, 0x90, 0x80, 0x80], .invalidUTF8, at: 1),
            Case(bytes: [0xE2, 0x82], .invalidUTF8, at: 2),
        ])
    func strings(content: Case) throws {
        let places = [
            ("", ""), (#"{"id":"#, "}"), (#"{"extra":"#, "}"), (#"{"x":[0,"#, "]}"), ("{", ":1}"),
            (#"{"x":{"#, ":1}}"),
        ]
        for (before, after) in places {
            let start = Array(#"["x",\#(before)""#.utf8)
            try expect(
                Case(
                    bytes: start + content.file + Array("\"\(after)]".utf8), content.code,
                    at: start.count + content.offset, row: 2))
        }
    }

    @Test(
        "Every line is one value",
        arguments: [
            Case("", .empty, at: 0), Case("\u{FEFF}", .empty, at: 3),
            Case("1\n1 2\n", .syntax, at: 4, row: 2),
            Case("{\"id\":\n1}", .incomplete, at: 6, row: 1), Case("1\n,\n", .syntax, at: 2, row: 2),
            Case("[1]\n{\"id\":\"A\"", .incomplete, at: 13, row: 2),
            Case("\"a\n\"", .incomplete, at: 2, row: 1),
            Case("{}\r{}\n", .syntax, at: 3, row: 1), Case("1\n\u{FEFF}2", .syntax, at: 2, row: 2),
        ])
    func lines(expected: Case) throws {
        try expect(expected, .jsonLines)
    }

    // MARK: Limits

    @Test("Nesting goes 1024 deep, the array of the rows included, and no deeper")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try Reading(nested(1024)).rows.count == 1)
        try expect(Case(nested(1025), .tooDeep, at: 1024, row: 1))
        #expect(try Reading(#"[{"x":\#(nested(1022))}]"#).rows.count == 1)
        try expect(Case(#"[{"x":\#(nested(1023))}]"#, .tooDeep, at: 1028, row: 1))
        #expect(try Reading(nested(1024), .jsonLines).rows.count == 1)
        try expect(Case(nested(1025), .tooDeep, at: 1024, row: 1), .jsonLines)
    }

    @Test("A row has up to 16 MiB", arguments: [BatchFormat.jsonArray, .jsonLines])
    func rowSize(format: BatchFormat) throws {
        let limit = 16 << 20
        let (start, end) = format == .jsonArray ? ("[1,", "]") : ("1\n", "\n")
        func file(_ size: Int) -> [UInt8] {
            Array("\(start)\"".utf8) + Array(repeating: 0x61, count: size - 2) + Array("\"\(end)".utf8)
        }
        #expect(try Reading(file(limit), format).rows.last?.json.count == limit)
        for chunkSize in [Int.max, 1 << 20] {
            let error = try Reading(file(limit + 1), format, chunkSize: chunkSize).error
            #expect(error?.code == .rowTooLarge)
            #expect(error?.byteOffset == start.utf8.count)
            #expect(error?.rowNumber == 2)
        }
    }

    // MARK: The error

    @Test("The error tells where and why, and repeats at every call")
    func description() throws {
        let reader = JSONRowReader(format: .jsonArray)
        let start = "[" + String(repeating: "1,", count: 16)
        let file = Array("\(start)\"\(String(repeating: "a", count: 1200))\n\"]".utf8)
        let error = MalformedBatch(
            code: .controlCharacter, reason: "a string holds a raw control character", byteOffset: 1234,
            rowNumber: 17)
        file.withUnsafeBytes { bytes in
            for _ in 1...2 { #expect(throws: error) { try reader.feed(bytes) { _ in } } }
        }
        #expect(throws: error) { try reader.finish { _ in } }
        #expect(error.description == "byte 1,234 (row 17): a string holds a raw control character")
        let far = MalformedBatch(code: .syntax, reason: "x", byteOffset: 1_234_567, rowNumber: nil)
        #expect(far.description == "byte 1,234,567: x")
    }
}
