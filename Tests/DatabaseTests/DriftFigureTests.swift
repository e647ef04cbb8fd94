import Foundation
import Testing
import TestSupport

/// The figures of drift against brute force and against scipy.
@Suite struct DriftFigureTests {
    /// Puts scores into the counts of a batch.
    static func insert(_ scores: [String: [Double]], batch: Int, _ database: TestDatabase) throws {
        let rows = scores.flatMap { industry, scores in
            Dictionary(grouping: scores, by: { $0 }).map { "(\(batch), '\(industry)', \($0), \($1.count))" }
        }
        guard !rows.isEmpty else { return }
        try database.connection.execute(
            .init(name: "test_insert", sql: "insert into batch_distributions values \(rows.joined(separator: ", "))"))
    }

    /// The rows of `drift_between`, by industry.
    static func drift(_ arguments: String, _ columns: String, _ database: TestDatabase) throws -> [String: [String]] {
        let rows = try database.query("select industry, \(columns) from drift_between(\(arguments))")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Array($0.dropFirst())) })
    }

    static func expectNear(_ text: String?, _ expected: Double?, _ what: String) {
        guard let expected else {
            #expect(text == "NULL", "\(what)")
            return
        }
        let actual = text.flatMap(Double.init) ?? .nan
        #expect(abs(actual - expected) <= 1e-9 * max(1, abs(expected)), "\(what): \(actual), expected \(expected)")
    }

    /// Scores with heavy ties, full precision, no spread, zeros of both signs, or next to 0.
    static func scores(_ count: Int, _ random: inout SeededRandom) -> [Double] {
        let kind = Int.random(in: 0..<7, using: &random)
        let base: Double = [0, 0.05, 3].randomElement(using: &random) ?? 0
        return (0..<count).map { _ -> Double in
            let uniform = Double.random(in: 0..<1, using: &random)
            switch kind {
            case 0: return (uniform * 3).rounded() - 1
            case 1: return ((uniform + base) * 10).rounded() / 10
            case 2: return 0.5
            case 3: return uniform < 0.5 ? 0.0 : 1
            case 4: return uniform * 1e-200
            case 5: return base + (uniform * 10_000).rounded() / 10_000
            default: return base + uniform * uniform
            }
        }
    }

    @Test(arguments: [UInt64(1), 2, 3]) func figuresEqualBruteForce(seed: UInt64) async throws {
        let database = try await TestDatabase()
        var random = SeededRandom(seed: seed)
        for round in 0..<40 {
            let (first, second) = (2 * round, 2 * round + 1)
            var samples: [[String: [Double]]] = [[:], [:]]
            for side in 0...1 {
                for industry in ["cars", "food", "hair care"] {
                    let count = [0, 1, 1, 2, 3, 11, 40, 90].randomElement(using: &random) ?? 0
                    if count > 0 { samples[side][industry] = Self.scores(count, &random) }
                }
            }
            try Self.insert(samples[0], batch: first, database)
            try Self.insert(samples[1], batch: second, database)
            let rows = try Self.drift(
                "\(first), \(first), \(second), \(second)",
                """
                reference_count, current_count, ks_statistic, ks_p_value, psi, psi_bin_count, wasserstein, \
                wasserstein_in_sd, mean_shift_in_sd, drifted, industry_count
                """, database)
            let names = Set(samples[0].keys).union(samples[1].keys)
            #expect(Set(rows.keys) == names.union(["(all)"]))
            for side in 0...1 { samples[side]["(all)"] = names.flatMap { samples[side][$0] ?? [] } }
            let sharing = max(names.filter { samples[0][$0] != nil && samples[1][$0] != nil }.count, 1)
            for (industry, row) in rows {
                let (reference, current) = (samples[0][industry] ?? [], samples[1][industry] ?? [])
                #expect(row[0] == "\(reference.count)" && row[1] == "\(current.count)" && row[10] == "\(sharing)")
                guard !reference.isEmpty, !current.isEmpty else {
                    #expect(row[2...8].allSatisfy { $0 == "NULL" } && row[9] == "f")
                    continue
                }
                let what = "seed \(seed), round \(round), \(industry)"
                let d = BruteForceDrift.kolmogorovSmirnov(reference, current)
                let (n, m) = (Double(reference.count), Double(current.count))
                let p = BruteForceDrift.kolmogorov((n * m / (n + m)).squareRoot() * d)
                let distance = BruteForceDrift.wasserstein(reference, current)
                // No spread that a double could hold the square of is no spread.
                let deviation = BruteForceDrift.standardDeviation(reference).flatMap { $0 > 1e-150 ? $0 : nil }
                let stability = BruteForceDrift.stability(reference, current)
                Self.expectNear(row[2], d, "D of \(what)")
                Self.expectNear(row[3], p, "p of \(what)")
                Self.expectNear(row[4], stability.psi, "PSI of \(what)")
                #expect(row[5] == "\(stability.bins)", "bins of \(what)")
                Self.expectNear(row[6], distance, "Wasserstein of \(what)")
                Self.expectNear(row[7], deviation.map { distance / $0 }, "Wasserstein in sd of \(what)")
                let shift = BruteForceDrift.mean(current) - BruteForceDrift.mean(reference)
                Self.expectNear(row[8], deviation.map { shift / $0 }, "mean shift of \(what)")
                let hasEffect = deviation.map { distance / $0 >= 0.2 } ?? (distance > 0)
                #expect(row[9] == (p < 0.01 / Double(sharing) && hasEffect ? "t" : "f"), "drifted of \(what)")
            }
        }
    }

    // Literals: scipy 1.17.1, scipy.special.kolmogorov, scipy.stats.chi2.sf and .isf.
    @Test func probabilitiesEqualScipy() async throws {
        let database = try await TestDatabase()
        let kolmogorov: [(Double, Double)] = [
            (0.0, 1.0),
            (0.03, 1.0),
            (0.2, 0.999999999999495),
            (0.5, 0.9639452436648751),
            (0.9, 0.3927307079406543),
            (1.0, 0.26999967167735456),
            (1.36, 0.049485876755377876),
            (1.8, 0.003067621347579706),
            (3.0, 3.045995948942526e-08),
            (20.0, 0.0),
        ]
        for (lambda, p) in kolmogorov {
            Self.expectNear(try database.value("select kolmogorov_p(\(lambda))"), p, "kolmogorov \(lambda)")
        }
        let tails: [(Double, Int, Double)] = [
            (3.8, 1, 0.051252582857369534),
            (0.001, 1, 0.9747728793699604),
            (40.0, 1, 2.5396285894708634e-10),
            (2.0, 2, 0.36787944117144245),
            (7.0, 3, 0.07189777249646509),
            (9.0, 9, 0.43727418891386693),
            (25.0, 9, 0.002971180485917624),
            (60.0, 9, 1.3406780483959625e-09),
            (18.0, 19, 0.5224382739862627),
            (19.5, 20, 0.4895712391149851),
            (130.0, 100, 0.02351239780980871),
            (1000000.0, 1000000, 0.4998119368033945),
            (0.0, 4, 1.0),
        ]
        for (x, freedom, p) in tails {
            Self.expectNear(try database.value("select chi_square_p(\(x), \(freedom))"), p, "chi2.sf \(x), \(freedom)")
        }
        let criticals: [(Double, Int, Double)] = [
            (0.05, 1, 3.8414588206941285),
            (0.01, 1, 6.634896601021217),
            (0.0025, 1, 9.140593461243983),
            (0.0025, 9, 25.462478697854348),
            (0.01, 9, 21.665994333461928),
            (0.9, 9, 4.168159008146107),
            (1e-12, 9, 76.0059251419943),
            (0.0025, 20, 42.33566007525017),
            (0.01, 1000, 1106.9689943522174),
        ]
        for (alpha, freedom, x) in criticals {
            Self.expectNear(
                try database.value("select chi_square_critical(\(alpha), \(freedom))"), x,
                "chi2.isf \(alpha), \(freedom)")
        }
        #expect(try database.value("select kolmogorov_p('NaN')") == "NaN")
        #expect(throws: (any Error).self) { try database.value("select chi_square_p(1, 0)") }
    }

    // Literals: scipy 1.17.1, chi2_contingency([[300, 280, 310], [90, 130, 80]], correction=False).
    @Test func theMixOfIndustriesIsJudgedByChiSquare() async throws {
        let database = try await TestDatabase()
        func count(_ cars: Int, _ food: Int, _ hair: Int) -> [String: [Double]] {
            ["cars": cars, "food": food, "hair care": hair].mapValues { Array(repeating: 0.5, count: $0) }
        }
        try Self.insert(count(300, 280, 310), batch: 0, database)
        try Self.insert(count(90, 130, 80), batch: 1, database)
        let rows = try Self.drift("0, 0, 1, 1", "mix_chi_square, mix_degrees_of_freedom, mix_p_value", database)
        Self.expectNear(rows["(all)"]?[0], 14.684730390951273, "chi-square")
        #expect(rows["(all)"]?[1] == "2")
        Self.expectNear(rows["(all)"]?[2], 0.000647517203600966, "p")
        #expect(rows["cars"] == ["NULL", "NULL", "NULL"])
    }

    @Test func whatCannotBeMeasuredIsNullAndNeverDrifted() async throws {
        let database = try await TestDatabase()
        try Self.insert(
            ["cars": Array(repeating: 0.5, count: 300), "food": [0.1], "hair care": [0.1, 0.2]], batch: 0, database)
        try Self.insert(
            ["cars": Array(repeating: 0.6, count: 100), "food": [0.9], "clothing": [0.3]], batch: 1, database)
        let columns = "drifted, wasserstein_in_sd, psi_bin_count, psi_critical_value, industry_count, ks_statistic"
        let rows = try Self.drift("0, 0, 1, 1", columns, database)
        // No spread: any distance is an effect, and D decides. Above its one edge lies everything, so PSI has one bin.
        #expect(rows["cars"]?.prefix(4) == ["t", "NULL", "1", "NULL"])
        // A single asset on each side proves nothing, however far apart.
        #expect(rows["food"]?[0] == "f" && rows["food"]?[5] == "1")
        #expect(rows["hair care"] == ["f", "NULL", "NULL", "NULL", "2", "NULL"])
        #expect(rows["clothing"]?[5] == "NULL" && rows["clothing"]?[4] == "2")
        // Nothing at all is one row of nothing.
        #expect(
            try Self.drift("7, 7, 8, 8", "reference_count, drifted, psi", database) == ["(all)": ["0", "f", "NULL"]])
    }

    @Test func collapsedDecilesAreOneEdge() async throws {
        let database = try await TestDatabase()
        // Nine tenths are 0: eight deciles coincide, and the ninth may be between.
        let zeros = Array(repeating: 0.0, count: 90)
        try Self.insert(["cars": zeros + (1...10).map(Double.init)], batch: 0, database)
        try Self.insert(["cars": zeros + (1...10).map(Double.init)], batch: 1, database)
        let row = try Self.drift("0, 0, 1, 1", "psi, psi_bin_count, psi_critical_value", database)["cars"]
        let expected = BruteForceDrift.stability(zeros + (1...10).map(Double.init), zeros + (1...10).map(Double.init))
        #expect(row?[0] == "0" && row?[1] == "\(expected.bins)" && expected.bins == 2)
        // chi2.isf(0.01, 1) * (1 / 100 + 1 / 100)
        Self.expectNear(row?[2], 6.6348966010212145 * 0.02, "critical value")
    }
}
