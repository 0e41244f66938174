namespace RetinaSharp.Detection.Configuration;

/// <summary>When detected boxes are cut at the image's border.</summary>
public enum BoxClipping
{
    /// <summary>Before suppression, as torchvision: boxes are compared by what is seen of them.</summary>
    BeforeSuppression,

    /// <summary>After suppression, as detectron2; of the boxes that were kept, those of which nothing is left are dropped.</summary>
    AfterSuppression,
}
