import Testing

@testable import ETLCore

/// The arithmetic of charts.
@Suite struct ChartTests {
    @Test func aScaleMapsItsEndsAndKeepsWithinThem() {
        let scale = LinearScale(-1...3, from: 200, to: 20)
        #expect(scale(-1) == 200 && scale(3) == 20 && scale(1) == 110)
        #expect(scale(99) == 20 && scale(-99) == 200)
        let flat = LinearScale(5...5, from: 0, to: 100)
        #expect(flat(5) == 50)
        #expect(LinearScale(0...0, from: 0, to: 100)(0) == 50)
    }

    @Test(arguments: [
        (0.0...1.0, 5, [0, 0.2, 0.4, 0.6, 0.8, 1], 1), (0.13...0.94, 4, [0.2, 0.4, 0.6, 0.8], 1),
        (0.0...400.0, 4, [0, 100, 200, 300, 400], 0), (-0.31...0.3, 3, [-0.2, 0, 0.2], 1),
        (0.0...0.007, 4, [0, 0.002, 0.004, 0.006], 3), (0.0...7.0e9, 3, [0, 2e9, 4e9, 6e9], 0), (3.0...3.0, 4, [3], 2),
    ])
    func ticksAreRoundNumbersWithinTheRange(range: ClosedRange<Double>, count: Int, values: [Double], places: Int) {
        let ticks = Ticks(in: range, about: count)
        #expect(ticks.values.count == values.count && ticks.places == places, "\(ticks)")
        for (tick, value) in zip(ticks.values, values) { #expect(abs(tick - value) <= abs(value) * 1e-12) }
        #expect(!ticks.values.contains { $0 == 0 && $0.sign == .minus })
    }

    @Test func ticksAreFewForAnyRange() {
        for exponent in -300...300 {
            let high = Double(sign: .plus, exponent: exponent, significand: 1.37)
            for low in [0, -high, high * 0.9] {
                let ticks = Ticks(in: low...high, about: 5)
                #expect((1...9).contains(ticks.values.count), "\(low)…\(high): \(ticks.values)")
                #expect(ticks.values.allSatisfy { $0 >= low - high * 1e-6 && $0 <= high * (1 + 1e-6) })
            }
        }
    }

    @Test func pathsAreBrokenWhereValuesAreMissing() {
        let points: [PathData.Point?] = [.init(x: 0, y: 1), .init(x: 1.25, y: -0.04), nil, .init(x: 3, y: 2)]
        #expect(PathData.line(points) == "M0 1L1.3 0M3 2")
        let lower: [PathData.Point?] = [.init(x: 0, y: 5), .init(x: 1, y: 6), .init(x: 2, y: 7), nil]
        #expect(PathData.area(points, lower) == "M0 1L1.3 0L1 6L0 5Z")
        #expect(PathData.line([]) == "" && PathData.area([nil], [nil]) == "")
        #expect(coordinate(-12.34) == "-12.3" && coordinate(.nan) == "0" && coordinate(.infinity) == "0")
    }

    @Test func thinningKeepsTheNewestTheOldestAndWhatIsWorthALook() throws {
        let thinned = Thinning(Array(0..<1000), recent: 100, older: 60, keeping: [7, 999])
        #expect(thinned.shown.suffix(100) == (900..<1000).suffix(100))
        #expect(thinned.shown.first == 0 && thinned.shown.contains(7) && !thinned.shown.contains(8))
        #expect(thinned.shown.count == 100 + 60 + 1)
        let older = try #require(thinned.older)
        #expect(older.before == 900 && older.every == 15)
        #expect(thinned.shown == thinned.shown.sorted() && Set(thinned.shown).count == thinned.shown.count)
        let sentence = "Of the batches before 900, every 15th is shown, and the newest with an alarm."
        #expect(thinned.sentence == sentence)

        let whole = Thinning(Array(5..<165), recent: 100, older: 60)
        #expect(whole.shown == Array(5..<165) && whole.older == nil && whole.sentence == nil)
        #expect(Thinning(Array(5..<166), recent: 100, older: 60).older?.every == 2)
        #expect(Thinning([], recent: 100, older: 60).shown.isEmpty)
    }

    @Test func labelsAreMovedApartAndStayOnTheChart() {
        #expect(LabelSpread.spread([10, 50, 90], gap: 13, within: 0...100) == [10, 50, 90])
        let moved = LabelSpread.spread([95, 96, 97, 98, 50], gap: 10, within: 0...100)
        let sorted = moved.sorted()
        #expect(zip(sorted.dropFirst(), sorted).allSatisfy { $0 - $1 >= 10 })
        #expect(sorted.first == 50 && sorted.last == 100 && moved[4] == 50)
    }

    @Test func ofLabelsForOnePlaceTheLastStandsTopmost() {
        #expect(LabelSpread.spread([50, 50, 50], gap: 10, within: 0...100) == [70, 60, 50])
        let same = ReportData.Quantiles(batch: 0, count: 9, mean: 1, values: [1, 1, 1, 1, 1])
        let chart = FanChart.make(
            .init(name: "cars", elements: [same]), range: 0...2, id: "a", Thinning([0], recent: 9, older: 9))
        let labels = chart.labels.sorted { (Double($0.y) ?? 0) < (Double($1.y) ?? 0) }.map(\.text)
        #expect(labels == ["95 %", "75 %", "50 %", "25 %", "5 %"])
    }

    @Test func rowsRejectedForTwoReasonsAreMarkedOnce() throws {
        let batch = ReportData.Batch(
            id: 0, source: "-", read: 100, accepted: 90, rejected: 10, windowSize: 3, method: "percent_rank",
            snapshots: 0, appliedAt: "", seconds: 1, reasons: ["id_missing": 10, "score_missing": 10])
        let thinning = Thinning([0], recent: 9, older: 9)
        let chart = RejectChart.make([batch], id: "a", thinning)
        #expect(chart.subtitle.contains("two reasons counts twice"))
        // The bars reach 20 %, the mark stands at 10 %.
        let frame = ChartFrame(thinning, range: 0...21, rightMargin: 12)
        let mark = try #require(chart.lines.first { $0.style == "total" })
        #expect(mark.path.contains(" \(coordinate(frame.y(10)))H"), "\(mark.path)")
        #expect(chart.legend.last?.text == "rows rejected")
        var clean = batch
        (clean.rejected, clean.reasons) = (0, [:])
        #expect(RejectChart.make([clean], id: "a", thinning).lines.isEmpty)
    }

    @Test func whatDoesNotVaryIsMeasuredInUnitsOfTheScore() {
        var drift = ReportData.Drift(
            batch: 3, referenceFirst: 0, referenceLast: 2, currentFirst: 3, referenceCount: 9, currentCount: 9, ks: 0,
            pValue: 1, rawDistance: 0.25, alpha: 0.01, minimumEffect: 0.2, industryCount: 1, drifted: false,
            isAlarm: false)
        #expect(DriftChart.state(drift, .preceding) == "no" && DriftChart.state(drift, .baseline) == "no")
        let thinning = Thinning([3], recent: 9, older: 9)
        func chart() -> Chart {
            DriftChart.make(.init(name: "cars", elements: [drift]), against: .preceding, id: "a", thinning)
        }
        #expect(chart().table.newest.first?.text == "0.25 in score")
        #expect(chart().summary.contains("cars: 0.250 in score at batch 3"), "\(chart().summary)")
        (drift.currentCount, drift.rawDistance) = (0, nil)
        #expect(DriftChart.state(drift, .preceding) == "not measurable")
        #expect(chart().table.newest.first?.text == "–" && chart().summary.contains("cars: not measurable at batch 3"))
    }

    @Test func labelsOfBatchesDoNotTouch() {
        for count in [1, 2, 3, 7, 20, 40, 99, 161] {
            let batches = (0..<count).map { 1_000_000 + $0 }
            let frame = ChartFrame(Thinning(batches, recent: 1000, older: 60), range: 0...1)
            let ticks = frame.model.xTicks
            #expect(ticks.first?.text == "\(batches[count - 1])")
            let places = ticks.compactMap { Double($0.at) }
            #expect(zip(places, places.dropFirst()).allSatisfy { $0 - $1 > 7 * 7.5 }, "\(count): \(places)")
        }
    }

    @Test func numbersAreWrittenForPeople() {
        #expect(figure(0.0314159) == "0.0314" && figure(1.25) == "1.25" && figure(98.76) == "98.8")
        #expect(figure(1234.5) == "1234" || figure(1234.5) == "1235")
        #expect(figure(1_234_567.0) == "1,234,567" && figure(-0.5, 2) == "−0.50" && figure(nil) == "–")
        #expect(figure(0) == "0" && figure(.infinity) == "∞" && figure(3.2e-7) == "3.2·10⁻⁷")
        #expect(signedText(0.214, 2) == "+0.21" && signedText(-0.001, 2) == "−0.00" && signedText(0, 1) == "0.0")
        #expect(percent(8, of: 400) == "2.0 %" && percent(0, of: 0) == "–")
        #expect(sizeText(0) == "0 B" && sizeText(8192) == "8 kB" && sizeText(1_572_864) == "1.50 MB")
        #expect(compact(400) == "400" && compact(20_000) == "20k" && compact(1_500_000) == "1.5M")
        #expect(ordinal(1) == "1st" && ordinal(2) == "2nd" && ordinal(12) == "12th" && ordinal(23) == "23rd")
    }

    @Test func textFromDataCannotSteerAPage() {
        #expect(pageText("a\u{7}b\u{202E}c\td\n") == "a\\u{7}b\\u{202e}c d\\u{a}")
        #expect(pageText("\"\u{301}x<\u{20DD}") == "\"\\u{301}x<\\u{20dd}")
        #expect(pageText("é e\u{301} 食 👍🏽 <b>&\"'") == "é e\u{301} 食 👍🏽 <b>&\"'")
        #expect(shortened("abcdef", to: 4) == "abc…" && shortened("abcd", to: 4) == "abcd")
    }
}
