namespace RetinaSharp.Inference;

/// <summary>How postprocessing removes duplicate candidates of the same object.</summary>
public enum SuppressionKind
{
    /// <summary>Non-maximum suppression (NMS) within each class.</summary>
    ClassWise,

    /// <summary>NMS over all classes: of two boxes that overlap, only the one with the higher score is kept, whatever their classes.</summary>
    ClassAgnostic,

    /// <summary>
    /// Soft-NMS within each class with linear decay (Bodla et al., arXiv 1704.04503): scores of boxes that overlap a better one by more than
    /// <see cref="InferenceSettings.NmsIouThreshold"/> are multiplied by 1 − IoU. The score threshold applies to the lowered scores.
    /// </summary>
    SoftLinear,

    /// <summary>
    /// Soft-NMS within each class with Gaussian decay: scores are multiplied by exp(−IoU² / σ), with <see cref="InferenceSettings.SoftNmsSigma"/>.
    /// The score threshold applies to the lowered scores.
    /// </summary>
    SoftGaussian,

    /// <summary>
    /// Weighted boxes fusion within each class (Solovyev et al., arXiv 1910.13302): boxes that overlap by more than
    /// <see cref="InferenceSettings.NmsIouThreshold"/> become their mean weighted by score, with the highest of their scores. The mean score is for boxes of
    /// several models or views; of one network's candidates it would rate an object lower the more anchors find it.
    /// </summary>
    Fusion,

    /// <summary>
    /// NMS within each class, then score voting (Kim, Lee, arXiv 2007.08103): each box that is kept becomes the mean of the class's candidates, weighted by
    /// score and by how much they overlap it. Scores are those of NMS.
    /// </summary>
    Voting,

    /// <summary>
    /// None: the candidates with the highest scores, for networks that were trained to find each object once, such as by one-to-one assignment.
    /// </summary>
    None,
}
