/// Paths are made, priced and counted in blocks of this many, by global path index; the last block is padded.
///
/// Every tile has this many columns. It is a multiple of the vector width, and small enough for a tile of twenty assets
/// (40 kB) to stay in the first-level cache. The bits of a matrix product depend on its shape, so this number is part of
/// what "the same result" means: it is fixed.
public let pathsPerBlock = 256
