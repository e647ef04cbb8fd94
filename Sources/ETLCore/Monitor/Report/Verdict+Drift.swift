extension Verdict {
    /// Industries that are named before the others are only counted.
    private static let namedIndustries = 6

    /// Judges drift at the newest batch, and the alarms before it in the run that the page is made after.
    static func drift(_ data: ReportData, after run: RunOutcome?) -> Check {
        var check = driftAtNewest(data)
        let earlier = (run?.alarms ?? []).filter { $0.batchID != data.newest?.id }
        guard !earlier.isEmpty else { return check }
        check.state = .look
        let changes = DriftAlarm.phrases(earlier.flatMap(\.changes), named: names).joined(separator: ", ")
        check.text = """
            Earlier in this run there were alarms at \(batches(earlier.map(\.batchID))): \(changes). \(check.text)
            """
        return check
    }

    private static func driftAtNewest(_ data: ReportData) -> Check {
        var check = Check(name: "Drift", state: .open, text: "", link: "drift")
        guard let newest = data.newest else { return check }
        let preceding = measurements(data.preceding, at: newest.id)
        let all = preceding + measurements(data.baseline, at: newest.id)
        guard let any = all.first?.drift else {
            check.text = """
                Not measured yet: the newest batch needs a full window of \(newest.windowSize) batches before it.
                """
            return check
        }
        let gone = preceding.filter(\.drift.isGone).map(\.name).filter { $0 != DriftMeasurement.allIndustries }
        let missing = gone.isEmpty ? [] : ["Batch \(newest.id) has no rows of: \(names(gone))."]
        let alarms =
            preceding.compactMap { alarm($0.name, $0.drift, isSudden: true) }
            + measurements(data.baseline, at: newest.id).compactMap { alarm($0.name, $0.drift, isSudden: false) }
        if !alarms.isEmpty {
            check.state = .look
            let moved = DriftAlarm.industries(of: .drift, alarms)
            let shifts =
                moved.isEmpty
                ? [] : ["At batch \(newest.id) the scores moved more than they should in: \(names(moved))."]
            let mix =
                alarms.contains { $0.kind == .mix }
                ? ["Batch \(newest.id) has another mix of industries than the batches before it."] : []
            let text = (shifts + mix + missing).joined(separator: " ")
            check.text = text.isEmpty ? "Batch \(newest.id) has no rows to compare." : text
        } else if !all.contains(where: { $0.drift.isMeasured }) {
            check.text = "Not measurable: batch \(newest.id) has no rows to compare."
        } else if !missing.isEmpty {
            check.text = missing[0] + " No other industry moved by more than usual."
        } else {
            check.state = .good
            check.text = """
                No industry moved by more than usual at batch \(newest.id) (alpha \(any.alpha), least effect \
                \(figure(any.minimumEffect, 1)) standard deviations), and none left its trend.
                """
        }
        return check
    }

    private static func alarm(_ name: String, _ drift: ReportData.Drift, isSudden: Bool) -> DriftAlarm? {
        guard drift.isAlarm else { return nil }
        let kind = DriftAlarm.Kind(
            currentCount: drift.currentCount, isSudden: isSudden, drifted: drift.drifted,
            isBeyondTrend: drift.isBeyondTrend)
        return DriftAlarm(kind, name)
    }

    private static func measurements(
        _ series: [ReportData.Series<ReportData.Drift>], at batch: Int
    ) -> [(name: String, drift: ReportData.Drift)] {
        series.flatMap { series in series.elements.filter { $0.batch == batch }.map { (series.name, $0) } }
    }

    private static func names(_ industries: [String]) -> String {
        let shown = industries.prefix(namedIndustries)
            .map { $0 == DriftMeasurement.allIndustries ? "all industries together" : shortened($0, to: 40) }
        let more = industries.count - shown.count
        return shown.joined(separator: ", ") + (more > 0 ? " and \(counted(more, "other", "others"))" : "")
    }

    /// Batches by their numbers, the older ones of many left out.
    private static func batches(_ ids: [Int]) -> String {
        let last = ids.suffix(5).map(String.init).joined(separator: ", ")
        return ids.count > 5
            ? "\(ids.count) batches, the last of them \(last)" : "\(ids.count == 1 ? "batch" : "batches") \(last)"
    }
}
