namespace RetinaSharp.Kernels.Optimizers;

/// <summary>What an update reads and writes: <see cref="Count"/> elements at each address.</summary>
internal unsafe struct UpdateMemory
{
    public int Count;
    public float* Weights;

    /// <summary>fp32, or bf16 where <see cref="AreGradientsBFloat16"/>.</summary>
    public void* Gradients;
    public bool AreGradientsBFloat16;

    /// <summary>bf16 copy of the weights; null where there is none.</summary>
    public ushort* Values;
    public float* FirstState;

    /// <summary>Null where the rule has none.</summary>
    public float* SecondState;

    /// <summary>EMA of the weights; null where there is none.</summary>
    public float* Averages;

    /// <summary>1 - decay of the EMA.</summary>
    public float AverageRate;
}
