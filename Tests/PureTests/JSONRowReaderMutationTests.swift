import Testing

@testable import ETLCore

@Suite("Mutated JSON batches")
struct JSONRowReaderMutationTests {
    private static let seeds = [
        #"[{"id": "01GH", "score": 0.471, "industry": "cars"}, {"id": "01GG", "score": 9e4, "x": [{}]}]"#,
        #"[{"id":"a\u0062\n\"\\","score":-1.5e-3,"x":{"y":[1,{"z":[]}],"w":{}}},[1,[3]],"s",5,null,true]"#,
        "\u{FEFF}[{\"id\":\"\u{E9}\u{20AC}\u{1F600}\",\"score\":1e400,\"\\u0069d\":\"\\ud83d\\ude00\"}, {}]",
        "{\"id\":\"A\",\"score\":1}\r\n\n[1, \"x\"]\n5", "[]", #"[{"a":"b"},{"a":1}]"#,
    ].map { Array($0.utf8) }

    private static let tokens =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\\u0000", "null", "true", "fals",
            "-", "0", "1.", "e", ".", "\n", "\r", " ", "[]", "{}", "\"id\":", "\"a\":1,", "\u{1}", "\u{C}",
            "][", "1e9", "01", "\"x\"",
        ].map { Array($0.utf8) } + [[0xC3], [0xA9], [0xED, 0xA0, 0x80], [0xF4, 0x90], [0xFF], [0x00]]

    private static func mutant(_ random: inout SeededRandom) -> [UInt8] {
        var file = seeds[Int.random(in: 0..<seeds.count, using: &random)]
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let place = Int.random(in: 0...file.count, using: &random)
            let token = tokens[Int.random(in: 0..<tokens.count, using: &random)]
            let end = min(file.count, place + Int.random(in: 1...3, using: &random))
            switch Int.random(in: 0..<8, using: &random) {
            case 0: if place < file.count { file[place] = UInt8.random(in: 0...255, using: &random) }
            case 1, 2: file.insert(contentsOf: token, at: place)
            case 3, 4: file.removeSubrange(place..<end)
            case 5: file.replaceSubrange(place..<end, with: token)
            case 6: file.insert(contentsOf: file[place..<end], at: place)
            default: if place % 4 == 0 { file.removeSubrange(place...) }
            }
        }
        return file
    }

    @Test("Accepted is what an independent validator finds valid", arguments: [1, 2] as [UInt64])
    func acceptance(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var accepted = 0
        for number in 0..<10_000 {
            let file = Self.mutant(&random)
            for format in [BatchFormat.jsonArray, .jsonLines] {
                let rows = StrictJSON.rows(of: file, format)
                let reading = try Reading(file, format)
                if (reading.error == nil) != (rows != nil) {
                    Issue.record("mutant \(number): \(String(decoding: file, as: UTF8.self)) \(reading)")
                }
                guard let rows else { continue }
                accepted += 1
                #expect(reading.rows.map(\.byteOffset) == rows.map(\.lowerBound))
                #expect(reading.rows.map(\.json) == rows.map { Array(file[$0]) })
            }
        }
        // Both sides of the question were asked.
        #expect(accepted > 2000 && accepted < 18_000)
    }

    @Test("Rows, errors and their places do not depend on the chunks", arguments: [1, 2, 3, 7, 64, 4096])
    func chunks(size: Int) throws {
        var random = SeededRandom(seed: 3)
        let rows = (0..<200).map { #"{"id":"\#($0)\u00e9","score":0.\#($0)}"# }.joined(separator: " ,\n")
        let mutants = (0..<300).map { _ in Self.mutant(&random) }
        for file in [Array("[\(rows)]".utf8), Array("[\(rows),]".utf8)] + mutants {
            for format in [BatchFormat.jsonArray, .jsonLines] {
                let inChunks = try Reading(file, format, chunkSize: size)
                #expect(try inChunks == Reading(file, format))
            }
        }
    }
}
