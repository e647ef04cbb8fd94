/// Raw rows with everything that has ever been odd about a row.
public enum OddRows {
    private static let blanks = [#" "#, #"\t"#, #"\n"#, #"\r"#, #"\u000b"#, #"\f"#]
    private static let otherBlanks = [
        #"\u00a0"#, "\u{2003}", #"\u0085"#, #"\u200b"#, "\u{FEFF}", #"\u001f"#, "\u{3000}",
    ]
    private static let ids = [
        #""7ZZZZZZZZZZZZZZZZZZZZZZZZZ""#, #""8ZZZZZZZZZZZZZZZZZZZZZZZZZ""#, #""80000000000000000000000000""#,
        #""00000000000000000000000000""#, #""0000000000000000000000000""#, #""000000000000000000000000000""#,
        #""01GNNA1J00000000000000000I""#, #""01GNNA1J00000000000000000L""#, #""01GNNA1J00000000000000000o""#,
        #""01GNNA1J00000000000000000U""#, #""01GNNA1J0000000000000000\u212a0""#, #""01GNNA1J00\u0000""#,
        #""01GNNA1J00\ud800""#, #""\udc00\ud800""#, #""\ud83d\ude00""#, #""""#, "null", "true", "7", "[]", "{}",
        #"["01GNNA1J000000000000000000"]"#, #""０1GNNA1J0000000000000000""#, #""01GNNA1J00000000-0000000000""#,
        #""01GNNA1J00'; drop table scores; --""#, #""\\N""#, #""NULL""#, "1e400", #""\u001b[31m""#, #""é""#,
    ]
    private static let scores = [
        "1e400", "-1e400", "1e-400", "-1e-400", "-0.0", "-0", "0e0", "5e-324", "2e-324", "10", "-10", "10.0",
        "10.000000000000001", "10.0000000000000001", "-10.000000000000002", "9.9999999999999999999", "99999", "1e1",
        "1E+1", "100e-1", "0.1e2", "1e00000000000000000001", "1e-00000000000000000001",
        "0.1234567890123456789012345678",
        "12345678901234567890", "1e19", "-1e-19", "1.7976931348623157e308", "2e308", #""NaN""#, #""Infinity""#,
        #""0.5""#, #""""#, #""error""#, "null", "true", "false", "[0.5]", #"{"value":0.5}"#, #""\u0000""#, #""-""#,
    ]
    private static let labels = [
        "food", "FOOD", "Food", "cars", "hair care", "HAIR CARE", "hAiR cArE", "clothing", #"f\u006fod"#, #"\u0063ars"#,
    ]
    private static let industries = [
        #""hair  care""#, #""hair\u00a0care""#, #""haircare""#, #""clothıng""#, #""CLOTHİNG""#, #""carſ""#, #""ｆｏｏｄ""#,
        #""fXXd""#, #""food\u0000""#, #""\ud800food""#, #""food.""#, #""""#, #"" ""#, "null", "true", "5", "[]",
        #"["food"]"#, #"{"food":1}"#, #""food\u200b""#, #""\u202edoof""#, #""food'--""#, #""\\""#, #""fo\/od""#,
    ]
    private static let extras = [
        #""note":"\u0000""#, #""x":{"id":"01GNNA1J000000000000000000","score":1}"#, #""x":[1,[{"score":"error"}]]"#,
        #""":null"#, #""ID":"01GNNA1J000000000000000000""#, #""score ":99"#, #""\ud800":1"#, #""id\u0000":5"#,
    ]

    /// A row that is one valid JSON value without a line break, judged by nobody yet.
    public static func row(_ random: inout SeededRandom) -> [UInt8] {
        while true {
            var row = Array(text(&random).utf8)
            if JSONMutator.one(in: 6, &random) { JSONMutator.mutate(&row, times: 1, &random) }
            if !row.contains(0x0A), row.first != 0xEF, let place = StrictJSON.rows(of: row, .jsonLines)?.first {
                return Array(row[place])
            }
        }
    }

    private static func text(_ random: inout SeededRandom) -> String {
        if JSONMutator.one(in: 30, &random) {
            return JSONMutator.pick(
                ["5", "null", #""{""#, "[]", #"[{"id":"x"}]"#, "true", "{}", "-0.0", #""\u0000""#], &random)
        }
        var members = [
            #""id":\#(id(&random))"#, #""score":\#(score(&random))"#, #""industry":\#(industry(&random))"#,
        ]
        if JSONMutator.one(in: 25, &random) { members.remove(at: Int.random(in: 0...2, using: &random)) }
        if JSONMutator.one(in: 10, &random) { members.append(JSONMutator.pick(extras, &random)) }
        if JSONMutator.one(in: 15, &random) { members.append(#""score":\#(score(&random))"#) }
        if JSONMutator.one(in: 15, &random) { members.append(#""\u0069d":\#(id(&random))"#) }
        if JSONMutator.one(in: 15, &random) { members.append(#""industr\u0079":\#(industry(&random))"#) }
        if JSONMutator.one(in: 3, &random) { members.shuffle(using: &random) }
        let space = JSONMutator.pick(["", " ", "\t", "  "], &random)
        return "{\(space)" + members.joined(separator: "\(space),\(space)") + "\(space)}"
    }

    private static func id(_ random: inout SeededRandom) -> String {
        if JSONMutator.one(in: 6, &random) { return JSONMutator.pick(ids, &random) }
        if JSONMutator.one(in: 300, &random) { return "\"" + String(repeating: "0", count: 5000) + "\"" }
        // Few enough for some to come twice.
        let id = ulid(Int.random(in: 0..<20_000, using: &random))
        return dressed(JSONMutator.one(in: 4, &random) ? id.lowercased() : id, &random)
    }

    private static func score(_ random: inout SeededRandom) -> String {
        if JSONMutator.one(in: 5, &random) { return JSONMutator.pick(scores, &random) }
        if JSONMutator.one(in: 200, &random) { return "0." + String(repeating: "3", count: 500) }
        return "\(Double.random(in: -10.5...10.5, using: &random))"
    }

    private static func industry(_ random: inout SeededRandom) -> String {
        JSONMutator.one(in: 6, &random)
            ? JSONMutator.pick(industries, &random) : dressed(JSONMutator.pick(labels, &random), &random)
    }

    /// A text in quotes, at times with blanks around it that are trimmed, or look as if they were.
    private static func dressed(_ text: String, _ random: inout SeededRandom) -> String {
        var text = text
        if JSONMutator.one(in: 8, &random) { text = JSONMutator.pick(blanks, &random) + text }
        if JSONMutator.one(in: 8, &random) {
            text += JSONMutator.pick(blanks, &random) + JSONMutator.pick(blanks, &random)
        }
        if JSONMutator.one(in: 40, &random) { text += JSONMutator.pick(otherBlanks, &random) }
        return "\"\(text)\""
    }
}
