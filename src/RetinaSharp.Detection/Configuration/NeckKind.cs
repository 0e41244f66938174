namespace RetinaSharp.Detection.Configuration;

/// <summary>The neck, which computes the pyramid levels from the backbone's feature maps.</summary>
public enum NeckKind
{
    /// <summary>Feature pyramid network (Lin et al., arXiv 1612.03144), as in RetinaNet.</summary>
    Fpn,

    /// <summary>Path aggregation network (Liu et al., arXiv 1803.01534): a feature pyramid network, then a path from fine to coarse levels.</summary>
    Pafpn,
}
