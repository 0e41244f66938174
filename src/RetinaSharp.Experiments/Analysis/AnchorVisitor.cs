using RetinaSharp.Datasets;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>Told what a network says of the anchors of one level of one image. The spans are not valid after the call.</summary>
/// <param name="image">The image.</param>
/// <param name="logits">[anchors, channels].</param>
/// <param name="labels">[anchors]: class of the model, background or ignore.</param>
internal delegate void AnchorVisitor(AnnotatedImage image, ReadOnlySpan<float> logits, ReadOnlySpan<int> labels);
