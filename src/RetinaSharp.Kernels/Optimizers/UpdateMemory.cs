namespace RetinaSharp.Kernels.Optimizers;

/// <summary>The memory that an update reads and writes: <see cref="Count"/> elements at each address.</summary>
internal unsafe struct UpdateMemory
{
    public int Count;
    public float* Weights;

    /// <summary>fp32, or bf16 if <see cref="AreGradientsBFloat16"/>.</summary>
    public void* Gradients;
    public bool AreGradientsBFloat16;

    /// <summary>The bf16 copy of the weights; null if there is none.</summary>
    public ushort* Values;
    public float* FirstState;

    /// <summary>Second optimizer state (AdamW's moving average of squared gradients); null for optimizers with only one state.</summary>
    public float* SecondState;

    /// <summary>The EMA of the weights; null if there is none.</summary>
    public float* Averages;

    /// <summary>1 - decay of the EMA.</summary>
    public float AverageRate;
}
