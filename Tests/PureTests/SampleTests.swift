import Foundation
import Testing

@testable import ETLCore

@Suite("Synthetic raw batches")
struct SampleTests {
    // MARK: Determinism

    @Test("The same seed gives the same bytes, another seed others")
    func seed() throws {
        let first = try Sample(batches: 3)
        let second = try Sample(batches: 3)
        let other = try Sample(batches: 3, seed: 7)
        for number in 0..<3 {
            #expect(try first.bytes(number) == second.bytes(number))
            #expect(try first.bytes(number) != other.bytes(number))
        }
    }

    @Test("A batch is the same however many are written, and wherever they begin")
    func batchesAreIndependent() throws {
        let many = try Sample(batches: 9, rescoredShare: 0.4)
        let few = try Sample(batches: 2, firstBatch: 7, rescoredShare: 0.4)
        #expect(try many.bytes(7) == few.bytes(7))
        #expect(try many.bytes(8) == few.bytes(8))
    }

    @Test("The committed batches of the default seed never change")
    func goldenRow() throws {
        let start = try Sample().text(0).dropFirst().prefix(Self.firstRow.count)
        #expect(start == Self.firstRow)
    }

    private static let firstRow = #"{"id": "01GNNA1J0028KK3M32NSB6KN9W", "score": 0.7505, "industry": "cars"}"#

    @Test("SplitMix64 gives the numbers of its reference implementation, in order and by position")
    func splitMix64() {
        // The first outputs of splitmix64.c for the state 1234567.
        let reference: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        var stream = SplitMix64(state: 1_234_567)
        let untouched = stream
        for (index, number) in reference.enumerated() {
            #expect(stream.next() == number)
            #expect(untouched.number(at: index) == number)
        }
    }

    @Test("The portable logarithm agrees with the C library", arguments: [1e-300, 1e-9, 0.3, 0.7072, 0.99, 1])
    func logarithm(value: Double) {
        let expected = log(value)
        #expect(abs(NormalSource.naturalLogarithm(value) - expected) <= 4e-16 * max(abs(expected), 1))
    }

    // MARK: Likeness to the real batches

    @Test("Means, deviations and drift per industry are those of the real batches", arguments: [0, 19])
    func distributions(batch: Int) throws {
        let rows = try Sample(firstBatch: batch, assets: 40_000).rows(batch)
        let expected: [(industry: String, mean: Double, deviation: Double)] = [
            ("clothing", 0.506, 0.21), ("food", 0.308, 0.055), ("cars", 0.707, 0.048), ("hair care", 0.511, 0.10),
        ]
        for (industry, firstMean, deviation) in expected {
            let scores = rows.filter { $0.industry == industry }.compactMap { Double($0.score) }
            let count = Double(scores.count)
            let mean = scores.reduce(0, +) / count
            let variance = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
            let drifted = firstMean + 0.009 * Double(batch)
            #expect(abs(count - 9_800) < 400)
            #expect(abs(mean - drifted) < 5 * deviation / count.squareRoot())
            #expect(abs(variance.squareRoot() / deviation - 1) < 0.03)
            // Normal, not merely of the same spread: 68.3 % and 95.4 % within one and two deviations.
            for (width, share) in [(1.0, 0.6827), (2.0, 0.9545)] {
                let inside = scores.count { abs($0 - drifted) < width * deviation }
                #expect(abs(Double(inside) / count - share) < 0.02)
            }
        }
    }

    @Test("One row in a hundred says error, one carries the sentinel and a corrupted label")
    func dirt() throws {
        let rows = try Sample(assets: 40_000).rows(0)
        let clean: Set = ["clothing", "food", "cars", "hair care"]
        let errors = rows.filter { $0.score == "\"error\"" }
        let sentinels = rows.filter { $0.score == "99999" }
        #expect((320...480).contains(errors.count))
        #expect((320...480).contains(sentinels.count))
        #expect(Set(errors.map(\.industry)) == clean)
        let corrupted: Set = ["cXXXXothing", "fXXXXXXXXd", "cXXXXrs", "hXXXXir cXXXXre"]
        #expect(Set(sentinels.map(\.industry)) == corrupted)
        #expect(rows.allSatisfy { clean.contains($0.industry) == ($0.score != "99999") })
    }

    @Test("Corrupted labels have their second character replaced everywhere")
    func corruptedLabels() throws {
        for industry in SampleIndustry.all {
            let second = try #require(industry.label.description.dropFirst().first)
            let expected = industry.label.description.replacing(String(second), with: "XXXX")
            #expect(industry.corruptedLabel.description == expected)
        }
    }

    @Test("The drift ends before scores leave −10…10")
    func driftIsBounded() throws {
        let last = Int(Int32.max)
        let scores = try Sample(firstBatch: last).rows(last).compactMap { Double($0.score) }
        #expect(scores.filter { $0 != 99999 }.allSatisfy { abs($0) < 10 })
    }

    @Test("Ids are ULIDs, rise in time within and over batches, share milliseconds and never repeat")
    func ids() throws {
        let sample = try Sample(batches: 4, assets: 5_000)
        let ids = try (0..<4).flatMap { try sample.rows($0).map(\.id) }
        let alphabet = Set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        #expect(ids.allSatisfy { $0.count == 26 && $0.allSatisfy(alphabet.contains) && $0.first == "0" })
        let times = ids.map { $0.prefix(10) }
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect((180...220).contains(Set(times).count))
        #expect(Set(ids).count == 20_000)
        for batch in 1..<4 { #expect(times[batch * 5_000 - 1] < times[batch * 5_000]) }
        #expect(ids.first?.hasPrefix("01GNNA1J00") == true)
    }

    @Test("A share of the rows scores assets of the preceding batch again", arguments: [0.25, 0.8, 1])
    func rescored(share: Double) throws {
        let sample = try Sample(batches: 5, assets: 2_000, rescoredShare: share)
        var preceding = try Set(sample.rows(0).map(\.id))
        var everSeen = preceding
        var industries: [String: String] = [:]
        for number in 1..<5 {
            let rows = try sample.rows(number)
            let ids = Set(rows.map(\.id))
            #expect(ids.count == 2_000)
            let again = ids.intersection(preceding)
            #expect(abs(Double(again.count) / 2_000 - share) < 0.04)
            // What is not of the preceding batch is new.
            #expect(ids.subtracting(again).isDisjoint(with: everSeen))
            for row in rows where row.score != "99999" {
                #expect(industries.updateValue(row.industry, forKey: row.id) ?? row.industry == row.industry)
            }
            preceding = ids
            everSeen.formUnion(ids)
        }
    }

    // MARK: Layout

    @Test("The layout is that of the real batches: one line, no newline at its end")
    func layout() throws {
        let sample = try Sample(assets: 2_000)
        let text = try sample.text(0)
        #expect(text.hasPrefix("[{\"id\": \"") && text.hasSuffix("\"}]") && !text.contains("\n"))
        let parsed = try #require(
            JSONSerialization.jsonObject(with: sample.bytes(0)) as? [[String: Any]])
        #expect(parsed.count == 2_000)
        #expect(parsed.allSatisfy { Set($0.keys) == ["id", "score", "industry"] })
        // Row by row and byte by byte what was taken apart.
        let rows = try sample.rows(0)
        let rebuilt = rows.map { "{\"id\": \"\($0.id)\", \"score\": \($0.score), \"industry\": \"\($0.industry)\"}" }
        #expect("[" + rebuilt.joined(separator: ", ") + "]" == text)
    }

    @Test("Scores have one to four decimals without trailing zeros")
    func scoreTexts() throws {
        for row in try Sample(assets: 3_000).rows(0) where row.score != "\"error\"" && row.score != "99999" {
            #expect(row.score.wholeMatch(of: /-?[0-9]\.([0-9]|[0-9]{1,3}[1-9])/) != nil)
            #expect(row.score != "-0.0")
        }
    }

    @Test(
        "A rounded score is written as Python does",
        arguments: [
            (0, "0.0"), (1, "0.0001"), (-1, "-0.0001"), (4710, "0.471"), (5000, "0.5"), (-1059, "-0.1059"),
            (10_000, "1.0"), (11_234, "1.1234"), (-20_000, "-2.0"), (100_500, "10.05"),
        ])
    func roundedScore(units: Int, expected: String) {
        var buffer = SampleBuffer(capacity: 64)
        buffer.appendScore(units, scale: DecimalScale(decimals: 4))
        #expect(Sample.text(of: buffer) == expected)
    }

    @Test(
        "A full-precision score reads back as the same double and has no exponent",
        arguments: [
            0.1, -0.1, 1.0 / 3, -2.0 / 3, 1e-5, -1.25e-5, 1.234_567_890_123_456_7e-7, 5e-100, 9.999e-5, 12.5,
        ])
    func fullScore(score: Double) {
        var buffer = SampleBuffer(capacity: 256)
        buffer.appendScore(score)
        let text = Sample.text(of: buffer)
        #expect(Double(text) == score)
        #expect(!text.contains("e"))
    }

    @Test("Zero is 0.0 with either sign")
    func zero() {
        var buffer = SampleBuffer(capacity: 64)
        buffer.appendScore(-0.0)
        #expect(Sample.text(of: buffer) == "0.0")
    }

    @Test("With full precision all scores of a batch are distinct")
    func fullPrecision() throws {
        let scores = try Sample(assets: 10_000, decimals: nil).rows(0).compactMap { Double($0.score) }
            .filter { $0 != 99999 }
        #expect(Set(scores).count == scores.count)
        #expect(scores.count > 9_500)
    }

    @Test("No decimals, and the most there may be", arguments: [0, 1, 15])
    func decimals(count: Int) throws {
        for row in try Sample(decimals: count).rows(0) where row.score != "\"error\"" && row.score != "99999" {
            let parts = row.score.split(separator: ".")
            #expect(parts.count == 2 && (1...max(count, 1)).contains(parts[1].count))
        }
    }

    @Test("No assets give an empty array")
    func empty() throws {
        #expect(try Sample(assets: 0).text(0) == "[]")
    }
}
