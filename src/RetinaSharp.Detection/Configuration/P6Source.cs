namespace RetinaSharp.Detection.Configuration;

/// <summary>What pyramid level P6 is computed from.</summary>
public enum P6Source
{
    /// <summary>The backbone's last stage, as in the paper and detectron2.</summary>
    C5,

    /// <summary>Level P5, as in torchvision's first RetinaNet.</summary>
    P5,
}
