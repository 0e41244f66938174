namespace RetinaSharp.Kernels;

/// <summary>
/// The exception that is thrown when LibTorch cannot be loaded or a requested device is not available. The message says what was tried and
/// gives a remedy.
/// </summary>
public sealed class TorchUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
