internal import Foundation

/// How far an industry's scores have moved from a reference, at each batch.
enum DriftChart {
    /// The two references.
    enum Reference {
        case preceding
        case baseline
    }

    /// Makes the chart of one industry.
    static func make(
        _ series: ReportData.Series<ReportData.Drift>, against reference: Reference, id: String, _ thinning: Thinning
    ) -> Chart {
        let byBatch = Dictionary(series.elements.map { ($0.batch, $0) }, uniquingKeysWith: { _, last in last })
        let name = series.name == "(all)" ? "all industries" : shortened(series.name, to: 60)
        let threshold = series.elements.last?.minimumEffect ?? 0.2
        let value: (ReportData.Drift) -> Double? = reference == .preceding ? { $0.distance } : { $0.shift }
        let range = range(series.elements, reference, threshold)
        let frame = ChartFrame(thinning, range: range, height: 170, rightMargin: 60)
        func points(_ value: (ReportData.Drift) -> Double?) -> [PathData.Point?] {
            frame.batches.enumerated().map { frame.point($0, byBatch[$1].flatMap(value)) }
        }

        var chart = Chart(
            id: id, title: name, summary: summary(series.elements, name, reference), frame: frame.model,
            lines: [Chart.Shape(style: "measured", path: PathData.line(points(value)))],
            table: table(series.elements, name, reference))
        chart.lines += DotTrail.dots(points(value), style: "measured")
        if reference == .baseline {
            let trend = PathData.line(points { $0.expected })
            if !trend.isEmpty { chart.lines.insert(Chart.Shape(style: "trend", path: trend), at: 0) }
        }
        for limit in [threshold, -threshold] where frame.y.domain.contains(limit) {
            let y = frame.y(limit)
            chart.rules.append(Chart.Rule(y: coordinate(y), style: "threshold"))
            chart.labels.append(
                Chart.Label(
                    x: coordinate(frame.right + 4), y: coordinate(y + 4), text: "limit \(fixed(limit, 1))", style: ""))
        }
        for (position, batch) in frame.batches.enumerated() {
            guard let drift = byBatch[batch], drift.drifted || drift.isAlarm,
                let point = frame.point(position, value(drift))
            else { continue }
            // Against the baseline every industry is flagged for good in the end: only few marks are worth drawing.
            if !drift.isAlarm && frame.batches.count > 60 { continue }
            chart.markers.append(
                Chart.Marker(
                    x: coordinate(point.x), y: coordinate(point.y), symbol: drift.isAlarm ? "alarm" : "drifted",
                    text: "Batch \(batch): \(state(drift, reference))"))
        }
        chart.points = frame.batches.enumerated().reversed().filter { byBatch[$0.element] != nil }
            .map { coordinate(frame.x($0.offset)) }.joined(separator: " ")
        return chart
    }

    /// What the flags of a measurement mean.
    static func state(_ drift: ReportData.Drift, _ reference: Reference) -> String {
        switch (drift.isAlarm, drift.drifted) {
        case (true, _): reference == .baseline ? "alarm, beyond the trend" : "alarm"
        case (false, true):
            drift.expected == nil ? "moved" : reference == .baseline ? "moved, on trend" : "moved, as usual"
        case (false, false): drift.isMeasured ? "no" : "not measurable"
        }
    }

    private static func range(
        _ elements: [ReportData.Drift], _ reference: Reference, _ threshold: Double
    ) -> ClosedRange<Double> {
        switch reference {
        case .preceding:
            return 0...max((elements.compactMap(\.distance).max() ?? 0) * 1.1, threshold * 2, 0.1)
        case .baseline:
            let values = extent(elements.map(\.shift) + elements.map(\.expected)) ?? 0...0
            return min(values.lowerBound, 0)...max(values.upperBound * 1.1, 0.5)
        }
    }

    private static func summary(_ elements: [ReportData.Drift], _ name: String, _ reference: Reference) -> String {
        guard let last = elements.last else { return "Not measured yet." }
        let alarms = elements.filter(\.isAlarm).map { "\($0.batch)" }
        let flagged =
            alarms.isEmpty
            ? "No alarm in the batches shown."
            : "Alarm at \(alarms.count == 1 ? "batch" : "batches") \(alarms.suffix(12).joined(separator: ", "))."
        switch reference {
        case .preceding:
            return """
                Distance of each new batch from the window before it, \(name): \(distance(last, 3, unit: " standard deviations")) \
                at batch \(last.batch), where \(figure(last.minimumEffect, 1)) standard deviations is the least that is \
                flagged. \(flagged)
                """
        case .baseline:
            let slope = last.slope.map { " It changes by \(signedText($0, 3)) a batch." } ?? ""
            return """
                Mean shift of the window from batches \(last.referenceFirst) to \(last.referenceLast), \(name): \
                \(signedText(last.shift, 2)) standard deviations as of batch \(last.batch).\(slope) \(flagged)
                """
        }
    }

    /// The distance; in units of the score where the reference does not vary, so has no standard deviation.
    private static func distance(_ drift: ReportData.Drift, _ digits: Int, unit: String = "") -> String {
        if let distance = drift.distance { return figure(distance, digits) + unit }
        guard drift.isMeasured, let raw = drift.rawDistance else { return unit.isEmpty ? "–" : "not measurable" }
        return "\(figure(raw, digits)) in score"
    }

    private static func table(
        _ elements: [ReportData.Drift], _ name: String, _ reference: Reference
    ) -> DataTable {
        let isBaseline = reference == .baseline
        let hasMix = elements.contains { $0.mixPValue != nil }
        let columns =
            (isBaseline ? ["Shift (SD)", "Trend (SD)"] : ["Distance (SD)", "Shift (SD)", "Usual (SD)"])
            + ["KS D", "KS p", "PSI", "PSI limit"] + (hasMix ? ["Mix p"] : []) + ["Reference", "Flag"]
        return DataTable(
            caption: isBaseline
                ? "Drift of \(name) from the baseline, in standard deviations of the baseline"
                : "Drift of \(name): each new batch against the window before it",
            head: "Batch", columns: columns,
            rows: elements.reversed().map { drift in
                let figures =
                    isBaseline
                    ? [signedText(drift.shift, 2), signedText(drift.expected, 2)]
                    : [distance(drift, 2), signedText(drift.shift, 2), signedText(drift.expected, 2)]
                let tests = [figure(drift.ks, 2), figure(drift.pValue, 2), figure(drift.psi, 2)]
                let mix = hasMix ? [figure(drift.mixPValue, 2)] : []
                return (
                    "\(drift.batch)",
                    figures + tests + [figure(drift.psiCritical, 2)] + mix
                        + ["\(drift.referenceFirst)–\(drift.referenceLast)", state(drift, reference)]
                )
            })
    }
}
