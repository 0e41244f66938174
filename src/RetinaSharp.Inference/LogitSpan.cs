namespace RetinaSharp.Inference;

/// <summary>Logits in the number type of the network, fp32 or bf16, without a copy.</summary>
public readonly ref struct LogitSpan
{
    private LogitSpan(ReadOnlySpan<float> single, ReadOnlySpan<ushort> bFloat16Bits, bool isBFloat16)
    {
        Single = single;
        BFloat16Bits = bFloat16Bits;
        IsBFloat16 = isBFloat16;
    }

    /// <summary>Whether the logits are <see cref="BFloat16Bits"/>; else they are <see cref="Single"/>.</summary>
    public bool IsBFloat16 { get; }

    /// <summary>The logits in fp32; empty where they are bf16.</summary>
    public ReadOnlySpan<float> Single { get; }

    /// <summary>The 16 bits of each logit in bf16, which are the upper half of its fp32 bits; empty where the logits are fp32.</summary>
    public ReadOnlySpan<ushort> BFloat16Bits { get; }

    /// <summary>Number of logits.</summary>
    public int Length => Single.Length + BFloat16Bits.Length;

    /// <summary>Logits in fp32.</summary>
    /// <param name="logits">The logits.</param>
    public static LogitSpan FromSingle(ReadOnlySpan<float> logits) => new(logits, [], isBFloat16: false);

    /// <summary>Logits in bf16.</summary>
    /// <param name="bits">The 16 bits of each logit.</param>
    public static LogitSpan FromBFloat16(ReadOnlySpan<ushort> bits) => new([], bits, isBFloat16: true);
}
