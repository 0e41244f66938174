using RetinaSharp.Datasets;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>Receives the outputs of a network for the anchors of one pyramid level of one image. The spans are valid only during the call.</summary>
/// <param name="image">The image.</param>
/// <param name="logits">[anchors, channels].</param>
/// <param name="labels">[anchors]: class index of the model, background or ignored.</param>
internal delegate void AnchorVisitor(AnnotatedImage image, ReadOnlySpan<float> logits, ReadOnlySpan<int> labels);
