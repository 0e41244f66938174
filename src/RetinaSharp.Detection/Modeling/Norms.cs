using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Makes the normalisation that the settings name.</summary>
internal static class Norms
{
    public static Norm2d Create(NormKind kind, int channels) => kind switch
    {
        NormKind.Frozen => new FrozenBatchNorm2d(channels),
        NormKind.Batch => new BatchNorm2d(channels),
        _ => new GroupNorm(channels),
    };
}
