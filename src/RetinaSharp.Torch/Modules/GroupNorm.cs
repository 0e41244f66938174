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
        Weight.Master.Data<float>().Fill(1);
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

    /// <inheritdoc/>
    public override Tensor Forward(Conv2d convolution, Tensor input) =>
        Functional.GroupNorm(convolution.Forward(input), _groups, Weight.Value, Bias.Value, Epsilon);
}
