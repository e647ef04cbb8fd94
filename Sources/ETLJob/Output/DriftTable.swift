import ETLCore
import Foundation

/// The drift as of a batch, for a person.
struct DriftTable {
    /// Values in a sparkline.
    static let sparklineLength = 20

    private let report: DriftReport
    private let showsHistory: Bool

    init(_ report: DriftReport, showsHistory: Bool) {
        self.report = report
        self.showsHistory = showsHistory
    }

    var text: String {
        guard let batch = report.asOfBatchID else { return "No batch has been applied yet. Load some: etl-job run" }
        guard let any = report.measurements.first else {
            return "As of batch \(batch) no drift was measured: it takes a reference that shares no batch with what is "
                + "judged, and that is not there yet."
        }
        var parts: [String] = []
        if showsHistory, let history = report.history { parts.append(historyTable(history)) }
        for reference in DriftMeasurement.Reference.allCases {
            let measurements = report.measurements.filter { $0.reference == reference }
            if let first = measurements.first { parts.append(heading(first) + "\n" + table(measurements)) }
        }
        parts.append(legend(any))
        parts.append(closing)
        return parts.joined(separator: "\n\n")
    }

    // MARK: - Tables

    private func heading(_ first: DriftMeasurement) -> String {
        let reference = batches(first.referenceFirstBatchID, first.referenceLastBatchID)
        let current = batches(first.currentFirstBatchID, first.asOfBatchID)
        return switch first.reference {
        case .precedingWindow: "Sudden change: \(current) against \(reference), the window before (preceding_window)"
        case .baseline: "Slow creep: \(current) against \(reference), \(baselineName(first)) (baseline)"
        }
    }

    private func baselineName(_ measurement: DriftMeasurement) -> String {
        let isPinned = report.baselines.contains {
            $0.id != nil && $0.firstBatchID == measurement.referenceFirstBatchID
                && $0.lastBatchID == measurement.referenceLastBatchID
        }
        return isPinned ? "the pinned window" : "the first window"
    }

    private func table(_ measurements: [DriftMeasurement]) -> String {
        let isBaseline = measurements.first?.reference == .baseline
        var columns: [(title: String, alignment: TextTable.Alignment)] = [
            ("industry", .left), ("assets", .right), ("D", .right), ("p", .right), ("distance", .right),
            ("mean shift", .right),
        ]
        if isBaseline { columns.append(("trend a batch", .right)) }
        columns.append((isBaseline ? "expected" : "usual", .right))
        columns += [
            ("PSI", .right), ("critical", .right), ("flag", .left), (isBaseline ? "mean shift" : "distance", .left),
        ]
        var table = TextTable(columns)
        for one in measurements {
            if one.industry == DriftMeasurement.allIndustries && measurements.count > 1 { table.appendRule() }
            var cells = [
                one.industry, "\(grouped(one.referenceCount)) → \(grouped(one.currentCount))",
                figure(one.ksStatistic, 3), probability(one.ksPValue), figure(one.wassersteinInSD, 2),
                signed(one.meanShiftInSD, 2),
            ]
            if isBaseline { cells.append(signed(one.trendSlope, 3)) }
            cells.append(signed(one.trendExpected, 2))
            cells += [figure(one.psi, 3), figure(one.psiCriticalValue, 3), flag(one), sparkline(one)]
            table.append(cells)
        }
        return table.render(Style(.standardOutput))
    }

    private func historyTable(_ history: [DriftMeasurement]) -> String {
        var table = TextTable([
            ("batch", .right), ("industry", .left), ("reference", .left), ("against", .left), ("p", .right),
            ("distance", .right), ("mean shift", .right), ("expected", .right), ("PSI", .right), ("critical", .right),
            ("flag", .left),
        ])
        for one in history {
            table.append([
                "\(one.asOfBatchID)", one.industry, one.reference.rawValue,
                batchSpan(one.referenceFirstBatchID, one.referenceLastBatchID), probability(one.ksPValue),
                figure(one.wassersteinInSD, 2), signed(one.meanShiftInSD, 2), signed(one.trendExpected, 2),
                figure(one.psi, 3), figure(one.psiCriticalValue, 3), flag(one),
            ])
        }
        return table.render(Style(.standardOutput))
    }

    private func sparkline(_ one: DriftMeasurement) -> String {
        let series = report.series(one.industry, one.reference).suffix(Self.sparklineLength)
        switch one.reference {
        case .precedingWindow:
            return Sparkline(series.map(\.wassersteinInSD), threshold: one.minimumEffect).text
        case .baseline:
            // Against another baseline the shift means something else.
            let same = series.filter {
                $0.referenceFirstBatchID == one.referenceFirstBatchID
                    && $0.referenceLastBatchID == one.referenceLastBatchID
            }
            return Sparkline(same.map(\.meanShiftInSD)).text
        }
    }

    private func flag(_ one: DriftMeasurement) -> String {
        if one.referenceCount == 0 { return "new: no assets before" }
        if one.currentCount == 0 { return "gone: no assets now" }
        if one.isAlarm { return one.reference == .baseline ? "BEYOND TREND" : "DRIFTED" }
        guard one.drifted else { return "–" }
        if one.isBeyondTrend == nil { return "moved" }
        return one.reference == .baseline ? "moved, on trend" : "moved, as usual"
    }

    // MARK: - Sentences

    private func legend(_ any: DriftMeasurement) -> String {
        """
        Distance (Wasserstein) and shifts are in standard deviations of the reference. Moved is a p below \
        \(probability(any.pThreshold)) with a distance of \(trimmed(any.minimumEffect)) or more; DRIFTED, moved from the \
        window before by more than usual.
        In the bars of distance, ▅ and above is \(trimmed(any.minimumEffect)) or more.
        """
    }

    /// Whether anything needs a look, and what.
    private var closing: String {
        let alarms = report.measurements.filter(\.isAlarm)
        var sentences: [String] = []
        if alarms.isEmpty {
            let moved = report.measurements.filter {
                $0.reference == .baseline && $0.drifted && $0.industry != DriftMeasurement.allIndustries
            }.map(\.industry)
            sentences.append(
                "Nothing needs a look: no sudden change, and none beyond its trend."
                    + (moved.isEmpty ? "" : " Slowly moved from the baseline: \(list(moved))."))
        } else {
            let sudden = alarms.filter { $0.reference == .precedingWindow }.map(name)
            let beyond = alarms.filter { $0.reference == .baseline }.map(name)
            if !sudden.isEmpty { sentences.append("Look at \(list(sudden)): sudden change.") }
            if !beyond.isEmpty { sentences.append("Look at \(list(beyond)): change beyond the trend.") }
        }
        for one in report.measurements where one.reference == .precedingWindow {
            if let p = one.mixPValue, p < one.alpha {
                sentences.append("The industries' shares of the assets have changed (p \(probability(p))).")
            }
        }
        let result = sentences.joined(separator: " ")
        let style = Style(.standardOutput)
        return alarms.isEmpty ? style.green(result) : style.yellow(result)
    }

    private func name(_ one: DriftMeasurement) -> String {
        one.industry == DriftMeasurement.allIndustries ? "all industries pooled" : one.industry
    }

    // MARK: - Figures

    private func batches(_ first: Int, _ last: Int) -> String { BatchRange(first, last).description }

    private func list(_ names: [String]) -> String {
        guard names.count > 1, let last = names.last else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }

    private func figure(_ value: Double?, _ places: Int) -> String { value.map { decimal($0, places) } ?? "" }

    private func signed(_ value: Double?, _ places: Int) -> String {
        value.map { ($0 < 0 ? "−" : "+") + decimal(abs($0), places) } ?? ""
    }

    private func trimmed(_ value: Double) -> String { String(format: "%g", value) }

    private func probability(_ value: Double?) -> String {
        guard let value else { return "" }
        return value < 0.0001 ? (value == 0 ? "0" : String(format: "%.0e", value)) : String(format: "%.4f", value)
    }
}
