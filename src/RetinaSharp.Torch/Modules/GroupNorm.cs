namespace RetinaSharp.Torch.Modules;

/// <summary>Group normalisation: no statistics of the batch, so that small batches and accumulation do not matter.</summary>
public sealed class GroupNorm : Norm2d
{
    /// <summary>Added to the variance.</summary>
    public const double Epsilon = 1e-5;

    private const int MostGroups = 32;

    private readonly int _groups;

    /// <summary>Creates it as the identity, with 32 groups, or with the most that divide the channels.</summary>
    /// <param name="channels">Number of channels.</param>
    public GroupNorm(int channels)
    {
        _groups = GroupsOf(channels);
        Weight = Register("weight", new Parameter(ParameterKind.Normalization, channels));
        Bias = Register("bias", new Parameter(ParameterKind.Normalization, channels));
        using var guard = Autograd.WithoutGradient();
        Weight.Master.Fill_(1);
    }

    /// <summary>[C].</summary>
    public Parameter Weight { get; }

    /// <summary>[C].</summary>
    public Parameter Bias { get; }

    /// <summary>32 groups, or the most that divide the channels.</summary>
    /// <param name="channels">Number of channels.</param>
    public static int GroupsOf(int channels)
    {
        var groups = MostGroups;
        while (channels % groups != 0)
            groups--;
        return groups;
    }

    /// <summary>
    /// In the type of its parameters, each channel's pixels next to each other. In LibTorch 1.13 the operator adds up in the input's own type where channels are last: in
    /// bfloat16, over a map of 32 × 32 and more, what comes out is wrong by whole numbers, and so are the gradients.
    /// </summary>
    /// <inheritdoc/>
    public override Tensor Forward(Conv2d convolution, Tensor input, Epilogue epilogue = default)
    {
        var x = convolution.Forward(input);
        return epilogue.Apply(Functional.GroupNorm(x.To(Weight.Value.Type).Contiguous(), _groups, Weight.Value, Bias.Value, Epsilon).To(x.Type).ChannelsLast());
    }
}
