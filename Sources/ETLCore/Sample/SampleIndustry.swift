/// The normal distribution of one industry's scores, with the figures of the real batches.
struct SampleIndustry {
    let label: StaticString
    /// The label as the sentinel rows carry it: its second character replaced everywhere by `XXXX`.
    let corruptedLabel: StaticString
    let firstMean: Double
    let standardDeviation: Double

    static let all = [
        SampleIndustry(
            label: "clothing", corruptedLabel: "cXXXXothing", firstMean: 0.506, standardDeviation: 0.21),
        SampleIndustry(
            label: "food", corruptedLabel: "fXXXXXXXXd", firstMean: 0.308, standardDeviation: 0.055),
        SampleIndustry(
            label: "cars", corruptedLabel: "cXXXXrs", firstMean: 0.707, standardDeviation: 0.048),
        SampleIndustry(
            label: "hair care", corruptedLabel: "hXXXXir cXXXXre", firstMean: 0.511, standardDeviation: 0.10),
    ]

    /// What every mean gains from one batch to the next.
    static let driftPerBatch = 0.009
    /// The drift ends here, with means of about 5, so that any number of batches stays inside −10…10.
    static let lastDriftingBatch = 500

    func mean(ofBatch number: Int) -> Double {
        firstMean + Self.driftPerBatch * Double(min(number, Self.lastDriftingBatch))
    }
}
