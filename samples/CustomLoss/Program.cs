// Trains RetinaNet with a custom classification loss and a custom stopping rule:
//     dotnet run -c Release --project samples/CustomLoss -- my-data#train my-data#val runs/asymmetric 40
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Training;
using RetinaSharp.Samples.CustomLoss;

if (args is not [var trainPath, var validationPath, var run, var number] || !int.TryParse(number, out var epochs))
{
    Console.Error.WriteLine("usage: CustomLoss TRAIN VALIDATION RUN EPOCHS");
    return 2;
}

var (train, validation) = (DetectionDataset.Open(trainPath), DetectionDataset.Open(validationPath));
var settings = Presets.Small with { Training = Presets.Small.Training with { Epochs = epochs } };
var components = new TrainingComponents
{
    ClassificationLoss = new AsymmetricLoss(gammaPositive: 0, gammaNegative: 4, margin: .05),
    Callbacks = [new StopAtAP(.9)],
};
var result = await new Trainer(settings, train, validation, new() { Folder = run, Components = components }).TrainAsync();
Console.WriteLine($"{result.Epochs} epochs, best AP {result.Best?.AP:F3}{(result.StopReason is { } reason ? $", stopped: {reason}" : "")}");
return 0;
