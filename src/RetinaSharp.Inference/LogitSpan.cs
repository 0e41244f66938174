namespace RetinaSharp.Inference;

/// <summary>A read-only span of logits in the data type of the network, fp32 or bf16, without a copy.</summary>
public readonly ref struct LogitSpan
{
    private LogitSpan(ReadOnlySpan<float> single, ReadOnlySpan<ushort> bFloat16Bits, bool isBFloat16)
    {
        Single = single;
        BFloat16Bits = bFloat16Bits;
        IsBFloat16 = isBFloat16;
    }

    /// <summary>Whether the logits are bf16, in <see cref="BFloat16Bits"/>; else they are fp32, in <see cref="Single"/>.</summary>
    public bool IsBFloat16 { get; }

    /// <summary>The fp32 logits; empty if the logits are bf16.</summary>
    public ReadOnlySpan<float> Single { get; }

    /// <summary>The bits of the bf16 logits, each the upper 16 bits of the fp32 value; empty if the logits are fp32.</summary>
    public ReadOnlySpan<ushort> BFloat16Bits { get; }

    /// <summary>Number of logits.</summary>
    public int Length => Single.Length + BFloat16Bits.Length;

    /// <summary>Creates a span of fp32 logits.</summary>
    /// <param name="logits">The logits.</param>
    public static LogitSpan FromSingle(ReadOnlySpan<float> logits) => new(logits, [], isBFloat16: false);

    /// <summary>Creates a span of bf16 logits.</summary>
    /// <param name="bits">The 16 bits of each logit.</param>
    public static LogitSpan FromBFloat16(ReadOnlySpan<ushort> bits) => new([], bits, isBFloat16: true);
}
