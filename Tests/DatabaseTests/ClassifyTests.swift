import ETLCore
import Testing
import TestSupport

/// Each reject reason, and all reasons of a row together.
@Suite struct ClassifyTests {
    /// Loads rows as batch 0 and returns reasons by row number; accepted rows are missing.
    static func reasons(_ rows: [String]) async throws -> (TestDatabase, [Int: Set<String>]) {
        let database = try await TestDatabase()
        try database.write("[" + rows.joined(separator: ",") + "]", batch: 0)
        try database.run { $0.maxRejectRatio = 1 }
        var reasons: [Int: Set<String>] = [:]
        for row in try database.query("select row_number, array_to_string(reasons, ',') from rejected_assets") {
            reasons[try #require(Int(row[0]))] = Set(row[1].split(separator: ",").map(String.init))
        }
        return (database, reasons)
    }

    static let good = #"{"id":"\#(ulid(1))","score":0.5,"industry":"food"}"#

    @Test(arguments: [
        ("5", ["not_an_object"]),
        ("null", ["not_an_object"]),
        (#"[{"id":"x"}]"#, ["not_an_object"]),
        (#""{""#, ["not_an_object"]),
        ("{}", ["id_missing", "score_missing", "industry_missing"]),
        (#"{"id":null,"score":null,"industry":null}"#, ["id_missing", "score_missing", "industry_missing"]),
        (#"{"id":7,"score":true,"industry":7}"#, ["id_not_a_ulid", "score_not_a_number", "industry_unknown"]),
        (#"{"id":"","score":"","industry":""}"#, ["id_not_a_ulid", "score_not_a_number", "industry_unknown"]),
        (#"{"id":{},"score":[0.5],"industry":["food"]}"#, ["id_not_a_ulid", "score_not_a_number", "industry_unknown"]),
        (#"{"id":"\#(ulid(2))","score":"0.5","industry":"food"}"#, ["score_not_a_number"]),
        (#"{"id":"\#(ulid(2))","score":"NaN","industry":"food"}"#, ["score_not_a_number"]),
        (#"{"id":"\#(ulid(2))","score":99999,"industry":"fXXXXXXXXd"}"#, ["score_out_of_range", "industry_unknown"]),
        (#"{"id":"\#(ulid(2))","score":1e300,"industry":"food"}"#, ["score_out_of_range"]),
        (#"{"id":"\#(ulid(2))","score":1e400,"industry":"food"}"#, ["score_out_of_range"]),
        (#"{"id":"\#(ulid(2))","score":-10.000000000000002,"industry":"food"}"#, ["score_out_of_range"]),
        (#"{"id":"\#(ulid(2))","score":0.5,"industry":"foo"}"#, ["industry_unknown"]),
        (#"{"id":"\#(ulid(2))","score":0.5,"industry":"food'; drop table scores; --"}"#, ["industry_unknown"]),
        (#"{"id":"\#(ulid(2))","score":0.5,"industry":"foo\u0000d"}"#, ["industry_unknown"]),
        (#"{"id":"\#(ulid(2))\u0000","score":0.5,"industry":"food"}"#, ["id_not_a_ulid"]),
        (#"{"id":"8ZZZZZZZZZZZZZZZZZZZZZZZZZ","score":0.5,"industry":"food"}"#, ["id_not_a_ulid"]),
        (#"{"id":"01GNNA1J00000000000000000I","score":0.5,"industry":"food"}"#, ["id_not_a_ulid"]),
        (#"{"id":"01GNNA1J0000000000000000","score":0.5,"industry":"food"}"#, ["id_not_a_ulid"]),
        (#"{"id":"01GNNA1J00000000000000000é","score":0.5,"industry":"food"}"#, ["id_not_a_ulid"]),
        (#"{"id":"\#(ulid(1))","score":"error","industry":"food"}"#, ["duplicate_id_in_batch", "score_not_a_number"]),
        (#"{"id":"\#(ulid(2))","score":0.5,"industry":"ＦＯＯＤ"}"#, ["industry_unknown"]),
    ])
    func everyReasonOfARowIsListed(row: String, expected: [String]) async throws {
        let (database, reasons) = try await Self.reasons([Self.good, row])
        #expect(reasons == [2: Set(expected)])
        #expect(try database.value("select raw from rejected_assets") == row.replacing("\\", with: "\\\\"))
        #expect(try database.query("select id, score, industry from scores") == [[ulid(1), "0.5", "food"]])
    }

    @Test(arguments: [
        #"{"id":"7ZZZZZZZZZZZZZZZZZZZZZZZZV","score":-10,"industry":"cars"}"#,
        #"{"id":" 01gnna1j0000000000000000vv\t\r\n\u000b\f","score":10.0,"industry":"\u000bHaIr CaRe\n"}"#,
        #"{"industry":"x","extra":{"deep":[1,{"score":"error"}]},"industry":"food","score":1e-400,"id":"\#(ulid(3))"}"#,
        #"{"score":5e-324,"\u0069d":"\#(ulid(3))","industry":"foo\u0064","note":"\u0000"}"#,
    ])
    func unusualButGoodRowsAreAccepted(row: String) async throws {
        let (database, reasons) = try await Self.reasons([Self.good, row])
        #expect(reasons.isEmpty)
        #expect(try database.value("select count(*) from scores where id ~ '^[0-7][0-9A-HJKMNP-TV-Z]{25}$'") == "2")
        #expect(
            try database.value("select count(*) from scores where industry in (select industry from industries)") == "2"
        )
    }

    @Test func ofRepeatedIdsTheLastGoodRowIsKept() async throws {
        let row = { (id: String, score: String) in #"{"id":"\#(id)","score":\#(score),"industry":"food"}"# }
        let (database, reasons) = try await Self.reasons([
            row(ulid(1), "0.1"), row(ulid(1).lowercased(), "0.2"), row(ulid(1), "\"error\""), row(ulid(2), "99"),
            row(ulid(2), "98"), row(ulid(3), "0.3"),
        ])
        #expect(
            reasons == [
                1: ["duplicate_id_in_batch"], 3: ["duplicate_id_in_batch", "score_not_a_number"],
                4: ["duplicate_id_in_batch", "score_out_of_range"], 5: ["duplicate_id_in_batch", "score_out_of_range"],
            ])
        #expect(
            try database.query("select id, score from scores order by id") == [[ulid(1), "0.2"], [ulid(3), "0.3"]])
    }

    @Test func aliasesStandForIndustriesAndNamesWinOverAliases() async throws {
        let database = try await TestDatabase()
        _ = try database.connection.executeScript(
            .init(
                name: "aliases",
                sql: """
                    insert into industry_aliases values ('apparel', 'clothing'), ('food', 'cars');
                    insert into industries values ('Boats');
                    """))
        let rows = ["Apparel", "FOOD", "boats"].enumerated().map { TestAsset(ulid($0.offset), 0.5, $0.element) }
        try database.write(rows, batch: 0)
        try database.run()
        #expect(try database.query("select industry from scores order by id") == [["clothing"], ["food"], ["Boats"]])
    }

    @Test func theAcceptedRangeIsASetting() async throws {
        let database = try await TestDatabase()
        try database.write([TestAsset(ulid(1), 50, "food"), TestAsset(ulid(2), 0.5, "food")], batch: 0)
        try database.run {
            $0.scoreRange = 0...100
        }
        #expect(
            try database.query("select score_minimum, score_maximum, accepted_count from batches") == [
                ["0", "100", "2"]
            ])
    }
}
