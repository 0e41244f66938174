namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// The addresses of the memory that the update of a range of elements reads and writes, with <see cref="Count"/> elements at each address.
/// </summary>
internal unsafe struct UpdateMemory
{
    public int Count;
    public float* Weights;

    /// <summary>The gradients: bf16 if <see cref="AreGradientsBFloat16"/> is set, otherwise fp32.</summary>
    public void* Gradients;
    public bool AreGradientsBFloat16;

    /// <summary>The bf16 copy of the weights; null if the weights have no copy.</summary>
    public ushort* Bf16Weights;
    public float* FirstState;

    /// <summary>Second optimizer state (AdamW's moving average of squared gradients); null for optimizers with only one state.</summary>
    public float* SecondState;

    /// <summary>The EMA of the weights; null if there is no EMA.</summary>
    public float* Averages;

    /// <summary>1 - decay of the EMA, the weight of the new value in an update.</summary>
    public float AverageRate;
}
