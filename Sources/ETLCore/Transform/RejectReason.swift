/// Why a raw row may not enter a distribution; judged by `classify_assets.sql`.
public enum RejectReason: String, Sendable, CaseIterable {
    /// The row is no JSON object.
    case notAnObject = "not_an_object"
    /// There is no `id`, or it is null.
    case idMissing = "id_missing"
    /// The `id` is not a ULID.
    case idNotAULID = "id_not_a_ulid"
    /// The batch has the asset more than once, and this is not the row that was kept.
    case duplicateIDInBatch = "duplicate_id_in_batch"
    /// There is no `score`, or it is null.
    case scoreMissing = "score_missing"
    /// The `score` is not a JSON number.
    case scoreNotANumber = "score_not_a_number"
    /// The `score` is outside the range that is accepted, or beyond a double.
    case scoreOutOfRange = "score_out_of_range"
    /// There is no `industry`, or it is null.
    case industryMissing = "industry_missing"
    /// The label stands for no industry.
    case industryUnknown = "industry_unknown"

    /// The reason as people would say it of a row.
    public var inWords: String {
        switch self {
        case .notAnObject: "the row is not a JSON object"
        case .idMissing: "it has no id"
        case .idNotAULID: "its id is not a ULID"
        case .duplicateIDInBatch: "the batch has the asset more than once, and its last good row counts"
        case .scoreMissing: "it has no score"
        case .scoreNotANumber: "its score is not a JSON number"
        case .scoreOutOfRange: "its score is outside the range that is accepted"
        case .industryMissing: "it names no industry"
        case .industryUnknown: "its industry is not known"
        }
    }
}
