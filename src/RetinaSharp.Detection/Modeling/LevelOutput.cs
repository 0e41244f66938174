using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>The network's predictions for the anchors of one pyramid level: N images, A anchors in each of H · W cells, K classes.</summary>
/// <param name="Logits">Class logits [N, H·W·A, K], contiguous; with a softmax [N, H·W·A, K + 1], the background first.</param>
/// <param name="BoxOutputs">
/// Outputs of the regression head [N, H·W·A, R], contiguous. By default R = 4 box deltas; see <see cref="Configuration.ModelSettings.BoxOutputs"/>.
/// </param>
public readonly record struct LevelOutput(Tensor Logits, Tensor BoxOutputs);
