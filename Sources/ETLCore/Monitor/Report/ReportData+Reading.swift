internal import PostgresClient

extension ReportData {
    /// How many of the newest batches are shown all, and how many of the older ones at most.
    static let (recent, older) = (100, 60)
    /// Batches with an alarm that are shown in any case.
    static let keptAlarms = 40
    /// Movers that are shown.
    static let moverCount = 10

    /// Reads what the page shows; to be called in a transaction that sees one snapshot.
    ///
    /// - Throws: `PostgresError`.
    init(reading connection: Connection) throws {
        totals = try Totals(connection.executeOne(SQL.sumLedger))
        let ids = try connection.execute(SQL.listAppliedBatches).map { try $0.get("batch_id", as: Int.self) }
        guard let newest = ids.last else { return }
        let alarmed = try connection.execute(SQL.listAlarmedBatches, [Self.keptAlarms])
            .map { try $0.get("batch_id", as: Int.self) }
        thinning = Thinning(ids, recent: Self.recent, older: Self.older, keeping: Set(alarmed))
        let shown = "{" + thinning.shown.map(String.init).joined(separator: ",") + "}"

        batches = try connection.execute(SQL.listReportBatches, [shown]).map(Batch.init)
        let positions = Dictionary(uniqueKeysWithValues: batches.enumerated().map { ($1.id, $0) })
        for row in try connection.execute(SQL.countReportRejections, [shown]) {
            guard let position = positions[try row.get("batch_id")] else { continue }
            batches[position].reasons[try row.get("reason")] = try row.get("row_count")
        }
        quantiles = try Self.series(connection.execute(SQL.listReportQuantiles, [shown]), by: "industry") {
            try Quantiles($0)
        }
        let drift = try connection.execute(SQL.listReportDrift, [shown])
        preceding = try Self.series(
            drift.filter { try $0.get("reference") == "preceding_window" }, by: "industry", Drift.init)
        baseline = try Self.series(drift.filter { try $0.get("reference") == "baseline" }, by: "industry", Drift.init)
        sizes = try Self.series(connection.execute(SQL.listReportGrowth, [shown]), by: "table_name", Size.init)
        previousBatch = ids.dropLast().last
        if let previousBatch {
            // The query gives as many that rose as that fell.
            let moved = try connection.execute(
                SQL.listMovers, [newest, previousBatch, String?.none, 0, Self.moverCount]
            ).map(Mover.init)
            movers = Array(moved.sorted { abs($1.change) < abs($0.change) }.prefix(Self.moverCount))
        }
    }

    private static func series<Element>(
        _ rows: some Sequence<Row>, by column: String, _ read: (Row) throws -> Element
    ) throws -> [Series<Element>] {
        var result: [Series<Element>] = []
        for row in rows {
            let name: String = try row.get(column)
            if result.last?.name != name { result.append(Series(name: name, elements: [])) }
            result[result.count - 1].elements.append(try read(row))
        }
        return result
    }
}

extension ReportData.Totals {
    fileprivate init(_ row: Row) throws {
        batchCount = try row.get("batch_count")
        readCount = try row.get("read_count")
        acceptedCount = try row.get("accepted_count")
        rejectedCount = try row.get("rejected_count")
        usualPause = try row.getOptional("usual_pause_seconds")
        age = try row.getOptional("age_seconds")
        madeAt = try row.get("made_at")
    }
}

extension ReportData.Batch {
    fileprivate init(_ row: Row) throws {
        id = try row.get("batch_id")
        source = try row.get("source")
        read = try row.get("read_count")
        accepted = try row.get("accepted_count")
        rejected = try row.get("rejected_count")
        windowFirst = try row.getOptional("window_first_batch_id")
        windowSize = try row.get("window_size")
        method = try row.get("percentile_method")
        snapshots = try row.get("snapshot_count")
        appliedAt = try row.get("applied_at")
        seconds = try row.get("duration_seconds")
    }
}

extension ReportData.Quantiles {
    fileprivate init(_ row: Row) throws {
        batch = try row.get("as_of_batch_id")
        count = try row.get("asset_count")
        mean = try row.get("mean")
        values = try ["percent_5", "percent_25", "percent_50", "percent_75", "percent_95"].map { try row.get($0) }
    }
}

extension ReportData.Drift {
    fileprivate init(_ row: Row) throws {
        batch = try row.get("as_of_batch_id")
        referenceFirst = try row.get("reference_first_batch_id")
        referenceLast = try row.get("reference_last_batch_id")
        currentFirst = try row.get("current_first_batch_id")
        referenceCount = try row.get("reference_count")
        currentCount = try row.get("current_count")
        ks = try row.getOptional("ks_statistic")
        pValue = try row.getOptional("ks_p_value")
        psi = try row.getOptional("psi")
        psiCritical = try row.getOptional("psi_critical_value")
        rawDistance = try row.getOptional("wasserstein")
        distance = try row.getOptional("wasserstein_in_sd")
        shift = try row.getOptional("mean_shift_in_sd")
        mixPValue = try row.getOptional("mix_p_value")
        slope = try row.getOptional("trend_slope")
        expected = try row.getOptional("trend_expected")
        isBeyondTrend = try row.getOptional("is_beyond_trend")
        alpha = try row.get("alpha")
        minimumEffect = try row.get("minimum_effect")
        industryCount = try row.get("industry_count")
        drifted = try row.get("drifted")
        isAlarm = try row.get("is_alarm")
    }
}

extension ReportData.Size {
    fileprivate init(_ row: Row) throws {
        batch = try row.get("as_of_batch_id")
        time = try row.get("measured_at_seconds")
        rows = try row.get("row_count")
        bytes = try row.get("total_bytes")
        heap = try row.get("heap_bytes")
        index = try row.get("index_bytes")
        toast = try row.get("toast_bytes")
    }
}

extension ReportData.Mover {
    fileprivate init(_ row: Row) throws {
        id = try row.get("id")
        industry = try row.get("industry")
        score = try row.get("score")
        before = try row.get("old_percentile")
        after = try row.get("percentile")
    }
}
