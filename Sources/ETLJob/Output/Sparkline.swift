/// Values as a line of blocks, one each, from 0 to the highest.
func sparkline(_ values: [Double]) -> String {
    let blocks = Array("▁▂▃▄▅▆▇█")
    let highest = values.max() ?? 0
    return String(
        values.map { value in
            guard highest > 0, value > 0 else { return blocks[0] }
            return blocks[min(Int(value / highest * Double(blocks.count)), blocks.count - 1)]
        })
}
