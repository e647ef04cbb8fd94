/// Breaks JSON files in the ways that files break, the same ways for the same seed.
public enum JSONMutator {
    private static let seeds = [
        #"[{"id": "01GH", "score": 0.471, "industry": "cars"}, {"id": "01GG", "score": 9e4, "x": [{}]}]"#,
        #"[{"id":"a\u0062\n\"\\","score":-1.5e-3,"x":{"y":[1,{"z":[]}],"w":{}}},[1,[3]],"s",5,null,true]"#,
        "\u{FEFF}[{\"id\":\"\u{E9}\u{20AC}\u{1F600}\",\"score\":1e400,\"\\u0069d\":\"\\ud83d\\ude00\"}, {}]",
        "{\"id\":\"A\",\"score\":1}\r\n\n[1, \"x\"]\n5", "[]", #"[{"a":"b"},{"a":1}]"#,
        #"[{"score":-0.0,"score":0.12345678901234567890123,"industry":"\ud800","id":"\u0000"}]"#,
        "{\"industry\":\"hair care\",\"score\":1E+2}\n{\"industry\":null,\"score\":\"0.5\"}\n{}",
    ].map { Array($0.utf8) }

    private static let tokens =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\\udc00", "\\u0000", "null", "true", "fals",
            "-", "0", "1.", "e", ".", "\n", "\r", " ", "[]", "{}", "\"id\":", "\"a\":1,", "\u{1}", "\u{C}",
            "][", "1e9", "01", "\"x\"", "\"score\":", "\"industry\":", "\u{FEFF}", "\u{2028}", "\u{7F}", "NaN", "1e999",
            "\"\\u0073core\":1,", "12345678901234567890", "/*", "'",
        ].map { Array($0.utf8) } + [
            [0xC3], [0xA9], [0xED, 0xA0, 0x80], [0xF4, 0x90], [0xFF], [0x00], [0xC0, 0x80], [0xFF, 0xFE],
        ]

    /// A file with up to three things wrong; one in some is whole.
    public static func file(_ random: inout SeededRandom) -> [UInt8] {
        var file = pick(seeds, &random)
        if one(in: 40, &random) { file = repeated(file, &random) }
        mutate(&file, times: Int.random(in: 0...3, using: &random), &random)
        return file
    }

    /// Breaks a text in a number of places.
    public static func mutate(_ file: inout [UInt8], times: Int, _ random: inout SeededRandom) {
        for _ in 0..<times {
            let place = Int.random(in: 0...file.count, using: &random)
            let token = pick(tokens, &random)
            let end = min(file.count, place + Int.random(in: 1...3, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0: if place < file.count { file[place] = UInt8.random(in: 0...255, using: &random) }
            case 1: if place < file.count { file[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
            case 2, 3: file.insert(contentsOf: token, at: place)
            case 4, 5: file.removeSubrange(place..<end)
            case 6: file.replaceSubrange(place..<end, with: token)
            case 7: file.insert(contentsOf: file[place..<end], at: place)
            case 8: file.insert(contentsOf: pick(seeds, &random).prefix(place), at: place)
            default: if place % 4 == 0 { file.removeSubrange(place...) }
            }
        }
    }

    /// More rows than fit into the smallest buffers, or a nesting near the limit.
    private static func repeated(_ file: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        let depth = pick([3, 60, 1020, 1022, 1023, 1024], &random)
        let nested =
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        let row = one(in: 2, &random) ? nested : Array(#"{"id":"\#(String(repeating: "é", count: 300))"}"#.utf8)
        let rows = Array(repeating: row, count: one(in: 2, &random) ? 2 : 9)
        return [UInt8(ascii: "[")] + rows.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
    }

    static func pick<Element>(_ choices: [Element], _ random: inout SeededRandom) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    static func one(in count: Int, _ random: inout SeededRandom) -> Bool {
        Int.random(in: 0..<count, using: &random) == 0
    }
}
