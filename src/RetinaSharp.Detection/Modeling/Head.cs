using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Modeling;

/// <summary>One of the two heads: a tower of 3 × 3 convolutions shared by all levels, and a last one that predicts.</summary>
internal sealed class Head : Module
{
    private readonly ModuleList<ConvBlock> _tower;
    private readonly int _outputs;

    /// <param name="channels">Channels of the pyramid.</param>
    /// <param name="depth">Convolutions in the tower.</param>
    /// <param name="norm">Whether each has group norm.</param>
    /// <param name="lastName">Name of the last convolution.</param>
    /// <param name="anchors">Anchors at each place.</param>
    /// <param name="outputs">Numbers predicted for each anchor.</param>
    public Head(int channels, int depth, bool norm, string lastName, int anchors, int outputs)
    {
        _outputs = outputs;
        _tower = Register("conv", new ModuleList<ConvBlock>(Enumerable.Range(0, depth).Select(_ =>
            new ConvBlock(new Conv2d(channels, channels, 3, bias: !norm), norm ? new GroupNorm(channels) : null))));
        Last = Register(lastName, new Conv2d(channels, anchors * outputs, 3));
    }

    /// <summary>The convolution that predicts.</summary>
    public Conv2d Last { get; }

    /// <summary>Levels [N, C, H, W] to [N, H·W·A, outputs] each: views, because the layout is channels-last.</summary>
    public Tensor[] Forward(Tensor[] levels)
    {
        using var scope = new TensorScope();
        var maps = levels;
        for (var i = 0; i < _tower.Count; i++)
        {
            var inputs = maps;
            maps = _tower[i].Forward(inputs, Epilogue.Relu);
            if (i > 0)
                Array.ForEach(inputs, map => map.Dispose());
        }

        return Array.ConvertAll(Last.Forward(maps), map => scope.Keep(map.Permute(0, 2, 3, 1).Contiguous().View(map.Shape[0], -1, _outputs)));
    }
}
