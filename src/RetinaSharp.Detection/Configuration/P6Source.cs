namespace RetinaSharp.Detection.Configuration;

/// <summary>The feature map that pyramid level P6 is computed from.</summary>
public enum P6Source
{
    /// <summary>C5, the output of the backbone's last stage, as in the focal loss paper and detectron2.</summary>
    C5,

    /// <summary>Level P5, as in torchvision's retinanet_resnet50_fpn.</summary>
    P5,
}
