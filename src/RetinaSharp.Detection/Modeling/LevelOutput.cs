using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Predictions for the anchors of one pyramid level.</summary>
/// <param name="Logits">[N, H·W·A, K], contiguous; K + 1, background first, where the scores are a softmax.</param>
/// <param name="Deltas">[N, H·W·A, 4], contiguous.</param>
public readonly record struct LevelOutput(Tensor Logits, Tensor Deltas);
