using RetinaSharp.Distributed;

namespace RetinaSharp.Testing;

/// <summary>Exchanges host memory by its address, in place of the memory of GPUs.</summary>
/// <param name="group">The processes.</param>
public sealed unsafe class AddressExchange(IProcessGroup group) : IDeviceExchange
{
    /// <summary>Number of operations.</summary>
    public int Calls { get; private set; }

    /// <inheritdoc/>
    public string Library => "host memory";

    /// <inheritdoc/>
    public void Exchange(nint parts, ReadOnlySpan<int> lengths, nint received)
    {
        Calls++;
        group.Exchange(new ReadOnlySpan<byte>((void*)parts, Sum(lengths)), lengths, new Span<byte>((void*)received, lengths[group.Rank] * group.Size));
    }

    /// <inheritdoc/>
    public void GatherParts(nint parts, ReadOnlySpan<int> lengths)
    {
        Calls++;
        group.GatherParts(new Span<byte>((void*)parts, Sum(lengths)), lengths);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static int Sum(ReadOnlySpan<int> lengths)
    {
        var sum = 0;
        foreach (var length in lengths)
            sum += length;
        return sum;
    }
}
