namespace RetinaSharp.Torch.Modules;

/// <summary>
/// A normalisation that follows a convolution. It is asked for both together, because where its statistics are fixed it is
/// a scale and a shift of each channel, which cost nothing once they are part of the convolution's weights.
/// </summary>
public abstract class Norm2d : Module
{
    /// <summary>Convolution, then normalisation: [N, C, H, W] to [N, C', H', W'].</summary>
    /// <param name="convolution">The convolution, without a bias.</param>
    /// <param name="input">Its input.</param>
    /// <param name="epilogue">What follows the normalisation.</param>
    public abstract Tensor Forward(Conv2d convolution, Tensor input, Epilogue epilogue = default);

    /// <summary>Its parameters are never shorter than single precision: the operators take them so beside a shorter input.</summary>
    /// <inheritdoc/>
    public override void To(Device device, ScalarType type, int shards = 1) => base.To(device, type == ScalarType.BFloat16 ? ScalarType.Float32 : type, shards);
}
