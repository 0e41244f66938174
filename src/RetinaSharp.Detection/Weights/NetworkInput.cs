namespace RetinaSharp.Detection.Weights;

/// <summary>The images that a pretrained network was trained on. The weights of its first convolution are converted to RetinaSharp's input.</summary>
public enum NetworkInput
{
    /// <summary>RGB, normalized with the mean and standard deviation of ImageNet, as in torchvision: RetinaSharp's own input.</summary>
    NormalizedRgb,

    /// <summary>BGR from 0 to 255, of which the mean of ImageNet was subtracted, as in Caffe and CNTK.</summary>
    Bgr255,
}
