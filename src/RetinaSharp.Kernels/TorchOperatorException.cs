namespace RetinaSharp.Kernels;

/// <summary>
/// The exception that is thrown when an operator of LibTorch fails. The message names the operator and the shapes of its tensors.
/// </summary>
public sealed class TorchOperatorException(string message, Exception? inner = null) : Exception(message, inner);
