namespace RetinaSharp.Distributed;

/// <summary>Numbers in memory that does not move, such as that of a tensor or of a pinned array.</summary>
/// <param name="Address">Address of the first number.</param>
/// <param name="Count">Number of numbers.</param>
/// <param name="Type">Their type.</param>
public readonly record struct MemoryRegion(nint Address, long Count, NumberType Type);
