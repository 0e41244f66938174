using RetinaSharp.Datasets;

namespace RetinaSharp.Experiments.Analysis;

/// <summary>Receives the logits and labels of the anchors of one pyramid level of one image. The spans are valid only during the call.</summary>
/// <param name="image">The image.</param>
/// <param name="logits">Logits, [anchors, class outputs].</param>
/// <param name="labels">
/// Labels, [anchors]: a class index of the model, <see cref="Losses.SigmoidLoss.Background"/> or <see cref="Losses.SigmoidLoss.Ignore"/>.
/// </param>
internal delegate void AnchorVisitor(AnnotatedImage image, ReadOnlySpan<float> logits, ReadOnlySpan<int> labels);
