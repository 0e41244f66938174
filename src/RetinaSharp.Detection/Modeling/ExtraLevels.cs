using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The levels above the backbone: P6 by a convolution of stride 2, each further one by the same from the rectified level before.</summary>
internal sealed class ExtraLevels : Module
{
    private readonly Conv2d[] _levels;
    private readonly P6Source _source;

    public ExtraLevels(int count, int c5Channels, int channels, P6Source source)
    {
        _source = source;
        _levels = new Conv2d[count];
        for (var i = 0; i < count; i++)
            _levels[i] = Register($"p{6 + i}", new Conv2d(i == 0 && source == P6Source.C5 ? c5Channels : channels, channels, 3, 2));
    }

    public IEnumerable<Tensor> Forward(Tensor c5, Tensor p5)
    {
        var x = _source == P6Source.C5 ? c5 : p5;
        for (var i = 0; i < _levels.Length; i++)
            yield return x = _levels[i].Forward(i == 0 ? x : x.Relu());
    }
}
