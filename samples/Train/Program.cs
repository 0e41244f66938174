// Trains a detector on your own images (COCO, Pascal VOC or YOLO format), evaluates it and detects the objects of one image:
//     dotnet run -c Release --project samples/Train -- my-data#train my-data#val runs/first 40
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Inference;
using RetinaSharp.Detection.Training;
using RetinaSharp.Inference;
using RetinaSharp.Samples.Train;

if (args is not [var trainPath, var validationPath, var run, var number] || !int.TryParse(number, out var epochs))
{
    Console.Error.WriteLine("usage: Train TRAIN VALIDATION RUN EPOCHS");
    return 2;
}

var (train, validation) = (DetectionDataset.Open(trainPath), DetectionDataset.Open(validationPath));
Console.WriteLine($"{train.Images.Count} images to learn from, {validation.Images.Count} to measure on: {string.Join(", ", train.Categories.Select(category => category.Name))}");

// A preset with another number of epochs. Ctrl-C stops the run after the current step and saves the model.
var settings = Presets.Small with { Training = Presets.Small.Training with { Epochs = epochs } };
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
var result = new Trainer(settings, train, validation, new() { Folder = run }).Train(new EpochPrinter(), stop.Token);
Console.WriteLine($"{result.Epochs} epochs in {result.Duration.TotalSeconds:F0} s; the best was epoch {result.BestEpoch}");

// A detector is loaded from the run folder.
using var detector = Detector.Load(run);
var metrics = DatasetEvaluator.Evaluate(detector, validation).Metrics;
Console.WriteLine($"AP {metrics.AP:F3}, AP50 {metrics.AP50:F3}, AR100 {metrics.AR100:F3}");
var path = validation.Images[0].Path;
var detections = detector.Detect(path);
Console.WriteLine($"{path}: {detections.Count} objects");
foreach (var found in detections.Take(3))
    Console.WriteLine($"  {found.Score:P0} {found.Category.Name} at {found.Box}");
return 0;
